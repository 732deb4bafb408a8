// Bytecode of a built-in module, made when the program is built, so that it need not be compiled each time it
// is imported.
#include "runtime/js/code_cache.h"

#include <memory>

#include "runtime/js/realm_state.h"
#include "runtime/js/turn.h"

namespace edge::js {

edge::Result<std::string> make_code_cache(Realm& realm, std::string_view specifier) {
  const Turn turn(realm);
  const auto module = realm.state().modules->built_in(turn.isolate(), std::string(specifier));
  if (module.IsEmpty()) return fail(ErrorKind::script, "no script imported " + std::string(specifier));
  const std::unique_ptr<v8::ScriptCompiler::CachedData> code(
      v8::ScriptCompiler::CreateCodeCache(module->GetUnboundModuleScript()));
  return std::string(reinterpret_cast<const char*>(code->data), static_cast<std::size_t>(code->length));
}

}  // namespace edge::js
