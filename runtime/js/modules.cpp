// Modules of a Realm: the graph of what is loaded, its linking, and `import()`.
#include "runtime/js/modules.h"

#include <unordered_set>
#include <utility>

#include "runtime/base/error.h"
#include "runtime/base/own_thread.h"
#include "runtime/js/compat.h"
#include "runtime/js/exception.h"
#include "runtime/js/module_compile.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

Scope scope_of(v8::Local<v8::Context> context) {
  auto* isolate = v8::Isolate::GetCurrent();
  return {isolate, context, *realm_of(isolate)};
}

// V8 gives key, value and place of each attribute for imports that stand in the file, key and value for
// `import()`.
constexpr int static_stride = 3;
constexpr int dynamic_stride = 2;

/// The `type` of `with { type: "json" }`. Nothing, with an exception pending, for other attributes.
std::optional<std::string> import_type(Scope& scope, v8::Local<v8::FixedArray> attributes, int stride) {
  std::string type;
  for (int i = 0; i + 1 < attributes->Length(); i += stride) {
    auto key = text_of(scope.isolate, compat::element(scope.context, attributes, i).As<v8::Value>());
    if (key != "type") {
      throw_exception(scope,
                      {ExceptionType::type_error, "import attribute \"" + key + "\" is not known", {}});
      return std::nullopt;
    }
    type = text_of(scope.isolate, compat::element(scope.context, attributes, i + 1).As<v8::Value>());
  }
  return type;
}

std::string place_of(const std::string& path, v8::Location location) {
  return path + ":" + std::to_string(location.GetLineNumber() + 1) + ":" +
         std::to_string(location.GetColumnNumber() + 1);
}

}  // namespace

std::vector<std::string> Modules::files() const {
  std::vector<std::string> files;
  for (const auto& [key, record] : by_key_)
    if (record->address.kind != ModuleKind::built_in) files.push_back(record->address.path);
  return files;
}

v8::MaybeLocal<v8::Script> Modules::add_classic(Scope& scope, const std::string& path,
                                                const std::string& source) {
  classic_.address.path = path;
  return compile_classic(scope, classic_, source);
}

ModuleRecord* Modules::script_named(const std::string& path) {
  if (!classic_.map_url.IsEmpty() && classic_.address.path == path) return &classic_;
  for (const auto& [key, record] : by_key_)
    if (record->address.path == path && !record->map_url.IsEmpty()) return record.get();
  return nullptr;
}

std::string Modules::original_place(v8::Isolate* isolate, const GeneratedPlace& place) {
  ModuleRecord* script = script_named(place.path);
  if (script == nullptr) return {};
  if (!std::exchange(script->map_was_read, true)) {
    const auto named = script->map_url.Get(isolate);
    const std::string url = named->IsString() ? text_of(isolate, named) : "";
    script->map = on_own_thread([&] { return read_source_map(place.path, url); }).value_or(std::nullopt);
  }
  return script->map ? script->map->original(place) : std::string();
}

ModuleRecord& Modules::record_of(v8::Isolate* isolate, v8::Local<v8::Module> module) const {
  auto [first, last] = by_hash_.equal_range(module->GetIdentityHash());
  for (; first != last; ++first) {
    if (first->second->module.Get(isolate) == module) break;
  }
  check(first != last);
  return *first->second;
}

std::optional<ModuleAddress> Modules::resolve(Scope& scope, const ImportRequest& request) const {
  auto address = resolve_import(request, scope.realm.state().built_in_modules(), {options_.rules, folder_});
  if (address) return std::move(*address);
  throw_exception(scope, address.error());
  return std::nullopt;
}

edge::Result<std::string> Modules::code_of(const std::string& path, std::string content) const {
  if (!is_type_script(path)) return content;
  if (options_.strip_types) return options_.strip_types(path, content);
  return fail(ErrorKind::script, path + " is TypeScript, which nothing makes JavaScript of here");
}

std::optional<std::string> Modules::content_of(Scope& scope, const ModuleAddress& address,
                                               const std::string& place) const {
  auto read = read_module(address.path, place);
  if (!read) {
    throw_exception(scope, read.error());
    return std::nullopt;
  }
  if (address.kind != ModuleKind::script && address.kind != ModuleKind::common_js) return std::move(*read);
  auto code = code_of(address.path, std::move(*read));
  if (code) return std::move(*code);
  throw_exception(scope, {ExceptionType::syntax_error, code.error().message, {}});
  return std::nullopt;
}

v8::Local<v8::Module> Modules::built_in(v8::Isolate* isolate, const std::string& specifier) const {
  const auto found = by_key_.find(ModuleAddress{ModuleKind::built_in, specifier}.key());
  return found == by_key_.end() ? v8::Local<v8::Module>() : found->second->module.Get(isolate);
}

v8::MaybeLocal<v8::Module> Modules::load(Scope& scope, const ModuleAddress& address,
                                         const std::string& place) {
  auto found = by_key_.find(address.key());
  if (found != by_key_.end()) return found->second->module.Get(scope.isolate);
  auto record = std::make_unique<ModuleRecord>(address);
  v8::Local<v8::Module> module;
  if (address.kind == ModuleKind::built_in) {
    if (!compile_built_in(scope, *record).ToLocal(&module)) return {};
  } else {
    const auto content = content_of(scope, address, place);
    if (!content || !compile_module(scope, *record, *content).ToLocal(&module)) return {};
  }
  by_hash_.emplace(module->GetIdentityHash(), record.get());
  by_key_.emplace(address.key(), std::move(record));
  return module;
}

v8::MaybeLocal<v8::Module> Modules::add_main(Scope& scope, const std::string& path,
                                             const std::string& source) {
  folder_ = folder_of(path);
  auto record = std::make_unique<ModuleRecord>(main_address(path));
  v8::Local<v8::Module> module;
  if (!compile_module(scope, *record, source).ToLocal(&module)) return {};
  by_hash_.emplace(module->GetIdentityHash(), record.get());
  std::string key = record->address.key();
  while (by_key_.contains(key)) key += '|';  // imports keep the script that was loaded first
  by_key_.emplace(key, std::move(record));
  return module;
}

/// Loads what `module` itself imports; what is not linked yet is appended to `open`.
bool Modules::load_requests(Scope& scope, v8::Local<v8::Module> module, v8::LocalVector<v8::Module>& open) {
  ModuleRecord& own = record_of(scope.isolate, module);
  const ModuleAddress& importer = own.address;
  auto requests = module->GetModuleRequests();
  for (int i = 0; i < requests->Length(); ++i) {
    auto request = compat::element(scope.context, requests, i).As<v8::ModuleRequest>();
    auto type = import_type(scope, request->GetImportAttributes(), static_stride);
    if (!type) return false;
    const auto place = place_of(importer.path, module->SourceOffsetToLocation(request->GetSourceOffset()));
    auto address =
        resolve(scope, {text_of(scope.isolate, request->GetSpecifier()), *type, importer.path, place});
    if (!address) return false;
    v8::Local<v8::Module> imported;
    if (!load(scope, *address, place).ToLocal(&imported)) return false;
    own.imports.push_back(&record_of(scope.isolate, imported));
    if (imported->GetStatus() == v8::Module::kUninstantiated && imported->IsSourceTextModule()) {
      open.push_back(imported);
    }
  }
  return true;
}

bool Modules::link(Scope& scope, v8::Local<v8::Module> root) {
  v8::LocalVector<v8::Module> open(scope.isolate);
  std::unordered_set<ModuleRecord*> visited;
  open.push_back(root);
  while (!open.empty()) {
    auto module = open.back();
    open.pop_back();
    if (!visited.insert(&record_of(scope.isolate, module)).second) continue;
    if (module->GetStatus() == v8::Module::kUninstantiated && !load_requests(scope, module, open))
      return false;
  }
  auto resolve = [](v8::Local<v8::Context> context, v8::Local<v8::String> specifier,
                    v8::Local<v8::FixedArray> attributes, v8::Local<v8::Module> referrer) {
    auto scope = scope_of(context);
    return scope.realm.state().modules->linked(scope, specifier, attributes, referrer);
  };
  return root->InstantiateModule(scope.context, resolve).IsJust();
}

bool Modules::leads_to_running(v8::Isolate* isolate, v8::Local<v8::Module> module) const {
  std::vector<const ModuleRecord*> open{&record_of(isolate, module)};
  std::unordered_set<const ModuleRecord*> visited;
  while (!open.empty()) {
    const ModuleRecord* record = open.back();
    open.pop_back();
    if (!visited.insert(record).second) continue;
    if (record->module.Get(isolate)->GetStatus() == v8::Module::kEvaluating) return true;
    open.insert(open.end(), record->imports.begin(), record->imports.end());
  }
  return false;
}

v8::MaybeLocal<v8::Module> Modules::linked(Scope& scope, v8::Local<v8::String> specifier,
                                           v8::Local<v8::FixedArray> attributes,
                                           v8::Local<v8::Module> referrer) {
  const auto& path = record_of(scope.isolate, referrer).address.path;
  auto type = import_type(scope, attributes, static_stride);
  if (!type) return {};
  auto address = resolve(scope, {text_of(scope.isolate, specifier), *type, path, path});
  if (!address) return {};
  return load(scope, *address, path);
}

bool Modules::may_import(Scope& scope, const ModuleAddress& address) const {
  if (scope.realm.state().options.imports == ImportsAfterStart::anywhere) return true;
  if (!started_ || address.kind == ModuleKind::built_in || is_inside(address.path, folder_)) return true;
  // A name that a request chose must not reach files that are none of the script's.
  throw_exception(scope, {ExceptionType::type_error,
                          "import() of " + address.path + ": after the start only files below " + folder_ +
                              " can be imported",
                          {}});
  return false;
}

std::string current_place(Scope& scope, const std::string& importer) {
  if (scope.realm.state().built_in_modules().find(importer)) return importer;
  auto stack = v8::StackTrace::CurrentStackTrace(scope.isolate, 1);
  if (stack->GetFrameCount() == 0) return importer;
  auto frame = stack->GetFrame(scope.isolate, 0);
  return importer + ":" + std::to_string(frame->GetLineNumber()) + ":" + std::to_string(frame->GetColumn());
}

namespace {

/// A promise of the module's namespace, settled when its top-level awaits are.
v8::MaybeLocal<v8::Promise> evaluated_namespace(Scope& scope, v8::Local<v8::Module> module) {
  v8::Local<v8::Value> evaluation;
  v8::Local<v8::Function> give_namespace;
  if (!module->Evaluate(scope.context).ToLocal(&evaluation)) return {};
  auto give = [](const v8::FunctionCallbackInfo<v8::Value>& info) { info.GetReturnValue().Set(info.Data()); };
  if (!v8::Function::New(scope.context, give, module->GetModuleNamespace()).ToLocal(&give_namespace))
    return {};
  return evaluation.As<v8::Promise>()->Then(scope.context, give_namespace);
}

/// The same from a microtask, when nothing is being evaluated. The module is the one at `address`.
v8::MaybeLocal<v8::Promise> evaluated_later(Scope& scope, const ModuleAddress& address) {
  auto evaluate = [](const v8::FunctionCallbackInfo<v8::Value>& info) {
    auto scope = scope_of(info.GetIsolate()->GetCurrentContext());
    auto data = info.Data().As<v8::Array>();
    v8::Local<v8::Value> kind, path;
    v8::Local<v8::Module> module;
    v8::Local<v8::Promise> promise;
    if (!data->Get(scope.context, 0).ToLocal(&kind) || !data->Get(scope.context, 1).ToLocal(&path)) return;
    const ModuleAddress address{static_cast<ModuleKind>(kind.As<v8::Int32>()->Value()),
                                text_of(scope.isolate, path)};
    if (!scope.realm.state().modules->load(scope, address, "").ToLocal(&module)) return;
    if (evaluated_namespace(scope, module).ToLocal(&promise)) info.GetReturnValue().Set(promise);
  };
  v8::Local<v8::Value> parts[] = {v8::Integer::New(scope.isolate, static_cast<int>(address.kind)),
                                  string_of(scope.isolate, address.path)};
  v8::Local<v8::Promise::Resolver> now;
  v8::Local<v8::Function> function;
  if (!v8::Function::New(scope.context, evaluate, v8::Array::New(scope.isolate, parts, 2)).ToLocal(&function))
    return {};
  if (!v8::Promise::Resolver::New(scope.context).ToLocal(&now)) return {};
  if (now->Resolve(scope.context, v8::Undefined(scope.isolate)).IsNothing()) return {};
  return now->GetPromise()->Then(scope.context, function);
}

v8::MaybeLocal<v8::Promise> import_module(Scope& scope, const std::string& importer,
                                          v8::Local<v8::String> specifier,
                                          v8::Local<v8::FixedArray> attributes) {
  auto& modules = *scope.realm.state().modules;
  auto type = import_type(scope, attributes, dynamic_stride);
  if (!type) return {};
  const auto place = current_place(scope, importer);
  auto address = modules.resolve(scope, {text_of(scope.isolate, specifier), *type, importer, place});
  if (!address || !modules.may_import(scope, *address)) return {};
  v8::Local<v8::Module> module;
  if (!modules.load(scope, *address, place).ToLocal(&module) || !modules.link(scope, module)) return {};
  // V8 ends the process when a module that is being evaluated is to be evaluated.
  if (modules.leads_to_running(scope.isolate, module)) return evaluated_later(scope, *address);
  return evaluated_namespace(scope, module);
}

v8::MaybeLocal<v8::Promise> on_import(v8::Local<v8::Context> context, v8::Local<v8::Data>,
                                      v8::Local<v8::Value> importer, v8::Local<v8::String> specifier,
                                      v8::Local<v8::FixedArray> attributes) {
  auto scope = scope_of(context);
  v8::TryCatch caught(scope.isolate);
  v8::Local<v8::Promise> imported;
  v8::Local<v8::Promise::Resolver> refusal;
  if (import_module(scope, text_of(scope.isolate, importer), specifier, attributes).ToLocal(&imported)) {
    return imported;
  }
  if (caught.HasTerminated()) {
    caught.ReThrow();
    return {};
  }
  if (!v8::Promise::Resolver::New(context).ToLocal(&refusal)) return {};
  if (refusal->Reject(context, caught.Exception()).IsNothing()) return {};
  return refusal->GetPromise();
}

void on_meta(v8::Local<v8::Context> context, v8::Local<v8::Module> module, v8::Local<v8::Object> meta) {
  auto scope = scope_of(context);
  auto& state = scope.realm.state();
  const auto& address = state.modules->record_of(scope.isolate, module).address;
  const bool is_ours = address.kind == ModuleKind::built_in;
  auto url = string_of(scope.isolate, is_ours ? address.path : file_url(address.path));
  meta->CreateDataProperty(context, v8::String::NewFromUtf8Literal(scope.isolate, "url"), url)
      .FromMaybe(false);
  if (!is_ours) return;
  auto name = v8::String::NewFromUtf8Literal(scope.isolate, "builtins");
  v8::Local<v8::Value> builtins;
  if (!state.entries.Get(scope.isolate)->Get(context, name).ToLocal(&builtins)) return;
  meta->CreateDataProperty(context, name, builtins).FromMaybe(false);
}

}  // namespace

void install_module_callbacks(v8::Isolate* isolate) {
  isolate->SetHostImportModuleDynamicallyCallback(on_import);
  isolate->SetHostInitializeImportMetaObjectCallback(on_meta);
}

}  // namespace edge::js
