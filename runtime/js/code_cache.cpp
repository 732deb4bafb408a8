// Bytecode of a built-in module, made when the program is built, so that it need not be compiled each time it
// is imported.
#include "runtime/js/code_cache.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "runtime/js/exception.h"
#include "runtime/js/module_compile.h"
#include "runtime/js/turn.h"

namespace edge::js {

edge::Result<std::string> make_code_cache(const Builtins& builtins, SnapshotView snapshot,
                                          std::string_view specifier) {
  const auto found = std::ranges::find(builtins.modules, specifier, &BuiltInModule::specifier);
  if (found == builtins.modules.end())
    return fail(ErrorKind::script, "there is no built-in module " + std::string(specifier));
  boost::asio::io_context io{1};
  auto realm = Realm::make(io, builtins, snapshot, {}, nullptr);
  if (!realm) return std::unexpected(std::move(realm.error()));
  const Turn turn(**realm);
  auto* isolate = turn.isolate();
  v8::ScriptCompiler::Source source(string_of(isolate, found->source), module_origin(isolate, specifier));
  v8::Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate, &source, v8::ScriptCompiler::kEagerCompile)
           .ToLocal(&module))
    return fail(ErrorKind::script, "V8 cannot compile " + std::string(specifier));
  const std::unique_ptr<v8::ScriptCompiler::CachedData> code(
      v8::ScriptCompiler::CreateCodeCache(module->GetUnboundModuleScript()));
  return std::string(reinterpret_cast<const char*>(code->data), static_cast<std::size_t>(code->length));
}

}  // namespace edge::js
