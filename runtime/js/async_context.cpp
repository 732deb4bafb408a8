// What follows the continuations of promises: the event that they belong to, and the storage of a script.
#include "runtime/js/async_context.h"

#include "runtime/js/compat.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

enum Field : int { event_field, storage_field, field_count };

v8::Local<v8::Value> field_of(v8::Local<v8::Value> data, Field field) {
  return data.As<v8::Object>()->GetInternalField(field).As<v8::Value>();
}

/// The event's number as V8 keeps it; undefined before the first event.
v8::Local<v8::Value> event_of(v8::Local<v8::Value> data) {
  return data->IsObject() ? field_of(data, event_field) : data;
}

}  // namespace

v8::Local<v8::ObjectTemplate> make_context_class(v8::Isolate* isolate) {
  auto shape = v8::ObjectTemplate::New(isolate);
  shape->SetInternalFieldCount(field_count);
  return shape;
}

EventId running_event(v8::Isolate* isolate) {
  v8::HandleScope handles(isolate);
  auto data = compat::continuation_data(isolate);
  if (data.IsEmpty()) return no_event;
  auto event = event_of(data);
  return event->IsUint32() ? event.As<v8::Uint32>()->Value() : no_event;
}

v8::Local<v8::Value> async_storage(Scope& scope) {
  auto data = compat::continuation_data(scope.isolate);
  if (data.IsEmpty() || !data->IsObject()) return v8::Undefined(scope.isolate);
  return field_of(data, storage_field);
}

void set_async_storage(Scope& scope, v8::Local<v8::Value> storage) {
  auto event = v8::Integer::NewFromUnsigned(scope.isolate, running_event(scope.isolate));
  if (storage->IsUndefined()) return compat::set_continuation_data(scope.isolate, event);
  v8::Local<v8::Object> both;
  auto& context_class = scope.realm.state().context_class;
  if (!context_class.Get(scope.isolate)->NewInstance(scope.context).ToLocal(&both)) return;
  both->SetInternalField(event_field, event);
  both->SetInternalField(storage_field, storage);
  compat::set_continuation_data(scope.isolate, both);
}

}  // namespace edge::js
