// The inventory of natives and built-in modules, put together.
#include "bindings/all.h"

#include <algorithm>
#include <array>
#include <vector>

#include "bindings/embedded.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

enum class Audience : std::uint8_t { scripts, tests };

/// What tests alone import; those written for Workers do so by the second and third name.
constexpr std::array<std::string_view, 3> test_modules{test_library, "cloudflare:test", "vitest"};

std::vector<js::BuiltInModule> embedded_modules(Audience audience) {
  std::vector<js::BuiltInModule> modules;
  for (const EdgeModule* row = edge_modules; row->specifier; ++row) {
    const bool is_for_tests = std::ranges::find(test_modules, row->specifier) != test_modules.end();
    if (is_for_tests && audience == Audience::scripts) continue;
    modules.push_back({.specifier = row->specifier, .source = {row->begin, row->end}});
  }
  return modules;
}

}  // namespace

js::Builtins builtins() {
  static const std::array natives = {async_context_natives, base64_natives,      body_natives,
                                     cache_natives,         cf_natives,          clone_natives,
                                     compression_natives,   console_natives,     crypto_digest_natives,
                                     crypto_key_natives,    crypto_natives,      crypto_operation_natives,
                                     environment_natives,   exchange_natives,    fetch_natives,
                                     headers_natives,       kv_natives,          rate_limit_natives,
                                     rpc_natives,           sink_natives,        testing_certificate_natives,
                                     testing_natives,       text_natives,        timer_natives,
                                     url_natives,           url_pattern_natives, web_socket_natives};
  static const std::vector<js::BuiltInModule> modules = embedded_modules(Audience::scripts);
  return {.natives = natives, .bootstrap = bootstrap_script(), .modules = modules};
}

js::Builtins test_builtins() {
  static const std::vector<js::BuiltInModule> modules = embedded_modules(Audience::tests);
  js::Builtins builtins = bindings::builtins();
  builtins.modules = modules;
  return builtins;
}

}  // namespace edge::bindings
