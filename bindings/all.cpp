// The inventory of natives and built-in modules, put together.
#include "bindings/all.h"

#include <array>

#include "bindings/embedded.h"
#include "bindings/natives.h"

namespace edge::bindings {

js::Builtins builtins() {
  static const std::array natives = {
      base64_natives,  body_natives,          cf_natives,         clone_natives,
      console_natives, crypto_digest_natives, crypto_key_natives, crypto_operation_natives,
      crypto_natives,  exchange_natives,      fetch_natives,      kv_natives,
      sink_natives,    testing_natives,       text_natives,       timer_natives,
      url_natives};
  static const std::array<std::pair<std::string_view, std::string_view>, 1> modules = {
      {{"edge-run:test", testing_script()}}};
  return {.natives = natives, .bootstrap = bootstrap_script(), .modules = modules};
}

}  // namespace edge::bindings
