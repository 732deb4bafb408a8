// The inventory of natives and built-in modules, put together.
#include "bindings/all.h"

#include <array>
#include <vector>

#include "bindings/embedded.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

std::vector<js::BuiltInModule> embedded_modules() {
  std::vector<js::BuiltInModule> modules;
  for (const EdgeModule* row = edge_modules; row->specifier; ++row)
    modules.push_back({.specifier = row->specifier, .source = {row->begin, row->end}});
  return modules;
}

}  // namespace

js::Builtins builtins() {
  static const std::array natives = {async_context_natives,
                                     base64_natives,
                                     body_natives,
                                     cache_natives,
                                     cf_natives,
                                     clone_natives,
                                     compression_natives,
                                     console_natives,
                                     crypto_digest_natives,
                                     crypto_key_natives,
                                     crypto_natives,
                                     crypto_operation_natives,
                                     environment_natives,
                                     exchange_natives,
                                     fetch_natives,
                                     kv_natives,
                                     rate_limit_natives,
                                     sink_natives,
                                     testing_natives,
                                     text_natives,
                                     timer_natives,
                                     url_natives,
                                     url_pattern_natives};
  static const std::vector<js::BuiltInModule> modules = embedded_modules();
  return {.natives = natives, .bootstrap = bootstrap_script(), .modules = modules};
}

}  // namespace edge::bindings
