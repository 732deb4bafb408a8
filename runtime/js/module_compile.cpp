// From a file's content to a module of V8: scripts are compiled, other kinds become the default export of a
// module.
#include "runtime/js/module_compile.h"

#include <array>

#include "runtime/base/log.h"
#include "runtime/js/common_js.h"
#include "runtime/js/exception.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

v8::MaybeLocal<v8::Value> parse_json(Scope& scope, v8::Local<v8::String> text, std::string& problem) {
  v8::TryCatch caught(scope.isolate);
  auto parsed = v8::JSON::Parse(scope.context, text);
  if (parsed.IsEmpty() && !caught.HasTerminated()) problem = text_of(scope.isolate, caught.Exception());
  return parsed;
}

v8::MaybeLocal<v8::Value> compile_wasm(Scope& scope, const std::string& path, BytesView bytes) {
  bool& importing = scope.realm.state().importing_wasm;
  v8::Local<v8::WasmModuleObject> module;
  {
    // V8 does not always throw, and its messages do not name the file.
    v8::TryCatch quiet(scope.isolate);
    importing = true;
    const bool compiled =
        v8::WasmModuleObject::Compile(scope.isolate, {bytes.data(), bytes.size()}).ToLocal(&module);
    importing = false;
    if (compiled) return module;
    if (quiet.HasTerminated()) return {};
  }
  throw_exception(scope,
                  {ExceptionType::type_error, path + " is no WebAssembly module that V8 can compile", {}});
  return {};
}

v8::MaybeLocal<v8::Value> make_value(Scope& scope, const ModuleAddress& address, std::string_view content) {
  const auto bytes = as_bytes(content);
  if (address.kind == ModuleKind::data) {
    auto array = to_js(scope, Bytes(bytes.begin(), bytes.end()));
    if (array.IsEmpty()) return {};
    return array.As<v8::Uint8Array>()->Buffer();
  }
  if (address.kind == ModuleKind::wasm) return compile_wasm(scope, address.path, bytes);
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  auto text = to_js(scope, content);
  if (text.IsEmpty() || address.kind == ModuleKind::text) return text;
  std::string problem;  // "SyntaxError: …"
  auto parsed = parse_json(scope, text.As<v8::String>(), problem);
  if (!problem.empty()) {
    problem.replace(0, problem.find(' '), address.path + ":");
    throw_exception(scope, {ExceptionType::syntax_error, problem, {}});
  }
  return parsed;
}

v8::MaybeLocal<v8::Value> export_value(v8::Local<v8::Context> context, v8::Local<v8::Module> module) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto& record = realm_of(isolate)->state().modules->record_of(isolate, module);
  auto name = v8::String::NewFromUtf8Literal(isolate, "default");
  v8::Local<v8::Promise::Resolver> done;
  if (module->SetSyntheticModuleExport(isolate, name, record.value.Get(isolate)).IsNothing()) return {};
  if (!v8::Promise::Resolver::New(context).ToLocal(&done)) return {};
  if (done->Resolve(context, v8::Undefined(isolate)).IsNothing()) return {};
  return done->GetPromise();
}

/// V8 compiles where the cache does not fit, and says so where there is one.
v8::MaybeLocal<v8::Module> compile_cached(Scope& scope, v8::Local<v8::String> text, const CodeCache& cache) {
  // The source owns the description of the bytes, not the bytes.
  auto* described = new v8::ScriptCompiler::CachedData(
      reinterpret_cast<const std::uint8_t*>(cache.bytes.data()), static_cast<int>(cache.bytes.size()));
  v8::ScriptCompiler::Source source(text, module_origin(scope.isolate, cache.specifier), described);
  auto module =
      v8::ScriptCompiler::CompileModule(scope.isolate, &source, v8::ScriptCompiler::kConsumeCodeCache);
  scope.realm.state().took_code_cache = !described->rejected;
  if (described->rejected && !cache.bytes.empty()) {
    log::write(LogLevel::warn, "code_cache.unused",
               "starting slowly: the bytecode of " + std::string(cache.specifier) +
                   " was made by another build of V8's library, or for other flags");
  }
  return module;
}

v8::MaybeLocal<v8::Module> compile_script(Scope& scope, const ModuleAddress& address,
                                          v8::Local<v8::String> text) {
  v8::ScriptCompiler::Source source(text, module_origin(scope.isolate, address.path));
  return v8::ScriptCompiler::CompileModule(scope.isolate, &source);
}

}  // namespace

v8::ScriptOrigin module_origin(v8::Isolate* isolate, std::string_view path) {
  return {string_of(isolate, path), 0, 0, false, -1, {}, false, false, true};
}

v8::MaybeLocal<v8::Module> compile_module(Scope& scope, ModuleRecord& record, std::string_view content) {
  v8::Local<v8::Module> module;
  const auto& address = record.address;
  if (address.kind == ModuleKind::script) {
    auto text = to_js(scope, content);
    if (text.IsEmpty() || !compile_script(scope, address, text.As<v8::String>()).ToLocal(&module)) return {};
    record.map_url.Reset(scope.isolate, module->GetUnboundModuleScript()->GetSourceMappingURL());
  } else if (address.kind == ModuleKind::common_js) {
    if (!make_common_js(scope, record, content).ToLocal(&module)) return {};
  } else {
    v8::Local<v8::Value> value;
    if (!make_value(scope, address, content).ToLocal(&value)) return {};
    const std::array names{v8::String::NewFromUtf8Literal(scope.isolate, "default").As<v8::String>()};
    module = v8::Module::CreateSyntheticModule(scope.isolate, string_of(scope.isolate, address.path),
                                               {names.data(), names.size()}, export_value);
    record.value.Reset(scope.isolate, value);
  }
  record.module.Reset(scope.isolate, module);
  return module;
}

v8::MaybeLocal<v8::Module> compile_built_in(Scope& scope, ModuleRecord& record) {
  auto& state = scope.realm.state();
  const auto& address = record.address;
  v8::Local<v8::String> text;
  v8::Local<v8::Module> module;
  const auto source = state.built_in_modules().find(address.path)->source;
  if (!state.built_in_texts.emplace_front(source).string(scope.isolate).ToLocal(&text)) {
    throw_exception(scope, {ExceptionType::type_error, address.path + " is not ASCII, or too long", {}});
    return {};
  }
  const auto& cache = state.options.code_cache;
  const auto compiled = address.path == cache.specifier ? compile_cached(scope, text, cache)
                                                        : compile_script(scope, address, text);
  if (!compiled.ToLocal(&module)) return {};
  record.module.Reset(scope.isolate, module);
  return module;
}

v8::MaybeLocal<v8::Script> compile_classic(Scope& scope, ModuleRecord& record, std::string_view content) {
  v8::Local<v8::Script> script;
  auto text = to_js(scope, content);
  if (text.IsEmpty()) return {};
  v8::ScriptOrigin origin(string_of(scope.isolate, record.address.path));
  if (!v8::Script::Compile(scope.context, text.As<v8::String>(), &origin).ToLocal(&script)) return {};
  record.map_url.Reset(scope.isolate, script->GetUnboundScript()->GetSourceMappingURL());
  return script;
}

}  // namespace edge::js
