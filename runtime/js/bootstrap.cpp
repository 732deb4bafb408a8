// Running the bootstrap script: an object with every native in, `entries` out.
#include "runtime/js/bootstrap.h"

#include "runtime/js/exception.h"
#include "runtime/js/native_impl.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

BootstrapReferences::BootstrapReferences(const Builtins& builtins) : text_(builtins.bootstrap) {
  for (const auto& table : builtins.natives) {
    for (const auto& native : table) addresses_.push_back(reinterpret_cast<std::intptr_t>(native.callback));
  }
  const v8::String::ExternalStringResourceBase* text = &text_;
  addresses_.push_back(reinterpret_cast<std::intptr_t>(text));
  addresses_.push_back(0);
}

Realm* realm_of_call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  Realm* realm = realm_of(isolate);
  if (!realm || realm->state().context.IsEmpty()) {
    throw_error(isolate, "native." + text_of(isolate, info.Data()) + " was called while the bootstrap runs");
    return nullptr;
  }
  return realm;
}

namespace {

bool add_native(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                const Native& native) {
  auto name = string_of(isolate, native.name);
  auto shape =
      v8::FunctionTemplate::New(isolate, native.callback, name, {}, 0, v8::ConstructorBehavior::kThrow);
  shape->SetClassName(name);
  v8::Local<v8::Function> function;
  return shape->GetFunction(context).ToLocal(&function) &&
         to->CreateDataProperty(context, name, function).IsJust();
}

}  // namespace

edge::Result<v8::Local<v8::Object>> run_bootstrap(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                                  const Builtins& builtins, ProgramText& text) {
  v8::EscapableHandleScope handles(isolate);
  v8::TryCatch caught(isolate);
  auto failed = [&] {
    return fail(ErrorKind::script, "the bootstrap script failed: " + describe(isolate, context, caught));
  };
  auto natives = v8::Object::New(isolate);
  for (const auto& table : builtins.natives) {
    for (const auto& native : table) {
      if (!add_native(isolate, context, natives, native)) return failed();
    }
  }
  v8::Local<v8::String> source;
  if (!text.string(isolate).ToLocal(&source))
    return fail(ErrorKind::script, "the bootstrap script is not ASCII, or too long");
  v8::ScriptOrigin origin(string_of(isolate, bootstrap_name));
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> function;
  v8::Local<v8::Value> entries;
  if (!v8::Script::Compile(context, source, &origin).ToLocal(&script)) return failed();
  if (!script->Run(context).ToLocal(&function)) return failed();
  if (!function->IsFunction()) return fail(ErrorKind::script, "the bootstrap script is no function");
  v8::Local<v8::Value> argument = natives;
  if (!function.As<v8::Function>()->Call(context, v8::Undefined(isolate), 1, &argument).ToLocal(&entries)) {
    return failed();
  }
  if (!entries->IsObject()) return fail(ErrorKind::script, "the bootstrap script returned no object");
  return handles.Escape(entries.As<v8::Object>());
}

}  // namespace edge::js
