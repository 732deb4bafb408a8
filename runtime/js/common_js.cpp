// CommonJS modules: what they put into module.exports is their default export, and require() is theirs alone.
#include "runtime/js/common_js.h"

#include <array>

#include "runtime/js/exception.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

v8::Local<v8::String> name_of(v8::Isolate* isolate, const char* name) { return string_of(isolate, name); }

Scope scope_in(v8::Isolate* isolate) { return {isolate, isolate->GetCurrentContext(), *realm_of(isolate)}; }

void require(const v8::FunctionCallbackInfo<v8::Value>& info);

/// https://nodejs.org/api/modules.html#the-module-wrapper
/// DEPARTURE: no __filename and no __dirname, by which libraries would think that they run in Node.js.
v8::MaybeLocal<v8::Function> compile(Scope& scope, const std::string& path, std::string_view source) {
  auto* isolate = scope.isolate;
  auto text = to_js(scope, source);
  if (text.IsEmpty()) return {};
  v8::ScriptOrigin origin(string_of(isolate, path));
  v8::ScriptCompiler::Source compiled(text.As<v8::String>(), origin);
  std::array parameters{name_of(isolate, "exports"), name_of(isolate, "require"), name_of(isolate, "module")};
  return v8::ScriptCompiler::CompileFunction(scope.context, &compiled, parameters.size(), parameters.data());
}

/// Runs the module unless it runs or has run; gives its module.exports. In a circle of modules they are what
/// has been exported so far; a module that threw runs again when it is asked for again.
v8::MaybeLocal<v8::Value> exports_of(Scope& scope, ModuleRecord& record) {
  auto* isolate = scope.isolate;
  const auto name = name_of(isolate, "exports");
  if (!record.value.IsEmpty()) return record.value.Get(isolate).As<v8::Object>()->Get(scope.context, name);
  auto module = v8::Object::New(isolate), exports = v8::Object::New(isolate);
  v8::Local<v8::Function> require_function;
  if (!v8::Function::New(scope.context, require, string_of(isolate, record.address.path))
           .ToLocal(&require_function))
    return {};
  if (module->Set(scope.context, name, exports).IsNothing()) return {};
  record.value.Reset(isolate, module);
  std::array<v8::Local<v8::Value>, 3> arguments{exports, require_function, module};
  if (record.body.Get(isolate)->Call(scope.context, exports, 3, arguments.data()).IsEmpty()) {
    record.value.Reset();
    return {};
  }
  return module->Get(scope.context, name);
}

void refuse(Scope& scope, const std::string& message) {
  throw_exception(scope, {ExceptionType::error, message, {}});
}

/// The default export of an ES module, or all of them where it has none: what Workers get of a compatibility
/// date from 2026-01-22 on (require_returns_default_export).
v8::MaybeLocal<v8::Value> required_exports(Scope& scope, v8::Local<v8::Module> module) {
  auto all = module->GetModuleNamespace().As<v8::Object>();
  auto name = name_of(scope.isolate, "default");
  if (!all->HasOwnProperty(scope.context, name).FromMaybe(false)) return all;
  return all->Get(scope.context, name);
}

/// Runs an ES module, of the script or built in, for require().
v8::MaybeLocal<v8::Value> evaluated(Scope& scope, v8::Local<v8::Module> module, const std::string& path) {
  auto& modules = *scope.realm.state().modules;
  v8::Local<v8::Value> evaluation;
  if (module->GetStatus() != v8::Module::kErrored) {
    if (!modules.link(scope, module)) return {};
    // V8 ends the process when a module that is being evaluated is to be evaluated.
    if (modules.leads_to_running(scope.isolate, module)) {
      refuse(scope, path + " cannot be required while it, or what it imports, is still being evaluated");
      return {};
    }
    if (module->IsGraphAsync()) {
      refuse(scope, path + " has a top-level await, so it cannot be required: use import()");
      return {};
    }
    if (!module->Evaluate(scope.context).ToLocal(&evaluation)) return {};
    if (evaluation->IsPromise()) evaluation.As<v8::Promise>()->MarkAsHandled();
  }
  if (module->GetStatus() != v8::Module::kErrored) return required_exports(scope, module);
  scope.isolate->ThrowException(module->GetException());
  return {};
}

v8::MaybeLocal<v8::Value> required(Scope& scope, const std::string& importer, const std::string& specifier) {
  auto& modules = *scope.realm.state().modules;
  const std::string place = current_place(scope, importer);
  const auto address = modules.resolve(scope, {specifier, "", importer, place});
  v8::Local<v8::Module> module;
  if (!address || !modules.may_import(scope, *address)) return {};
  if (!modules.load(scope, *address, place).ToLocal(&module)) return {};
  ModuleRecord& record = modules.record_of(scope.isolate, module);
  if (address->kind == ModuleKind::common_js) return exports_of(scope, record);
  if (!record.value.IsEmpty()) return record.value.Get(scope.isolate);
  return evaluated(scope, module, address->path);
}

void require(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto scope = scope_in(info.GetIsolate());
  v8::Local<v8::Value> value;
  if (!info[0]->IsString()) {
    throw_exception(scope, {ExceptionType::type_error, "require() needs a string", {}});
  } else if (required(scope, text_of(scope.isolate, info.Data()), text_of(scope.isolate, info[0]))
                 .ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

v8::MaybeLocal<v8::Value> evaluate(v8::Local<v8::Context> context, v8::Local<v8::Module> module) {
  auto scope = scope_in(v8::Isolate::GetCurrent());
  v8::Local<v8::Value> exports;
  v8::Local<v8::Promise::Resolver> done;
  ModuleRecord& record = scope.realm.state().modules->record_of(scope.isolate, module);
  if (!exports_of(scope, record).ToLocal(&exports)) return {};
  if (module->SetSyntheticModuleExport(scope.isolate, name_of(scope.isolate, "default"), exports).IsNothing())
    return {};
  if (!v8::Promise::Resolver::New(context).ToLocal(&done)) return {};
  if (done->Resolve(context, v8::Undefined(scope.isolate)).IsNothing()) return {};
  return done->GetPromise();
}

}  // namespace

v8::MaybeLocal<v8::Module> make_common_js(Scope& scope, ModuleRecord& record, std::string_view source) {
  v8::Local<v8::Function> body;
  if (!compile(scope, record.address.path, source).ToLocal(&body)) return {};
  record.body.Reset(scope.isolate, body);
  record.map_url.Reset(scope.isolate, body->GetScriptOrigin().SourceMapUrl());
  const std::array names{name_of(scope.isolate, "default")};
  return v8::Module::CreateSyntheticModule(scope.isolate, string_of(scope.isolate, record.address.path),
                                           {names.data(), names.size()}, evaluate);
}

}  // namespace edge::js
