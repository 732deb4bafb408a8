// C++ objects that JavaScript holds as opaque handles, freed when the collector finds them unreachable.
#include <utility>

#include "runtime/js/compat.h"
#include "runtime/js/convert.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

void unlink(HeldSlot& slot) {
  *slot.link = slot.next;
  if (slot.next) slot.next->link = slot.link;
}

/// Runs inside the collector, where nothing of V8 may be used and no destructor of a native's object should
/// run.
void collected(const v8::WeakCallbackInfo<HeldSlot>& info) {
  HeldSlot* slot = info.GetParameter();
  slot->handle.Reset();
  slot->state.garbage.push_back(std::move(slot->object));
  unlink(*slot);
  delete slot;
}

}  // namespace

v8::Local<v8::FunctionTemplate> make_held_class(v8::Isolate* isolate) {
  auto held_class = v8::FunctionTemplate::New(isolate);
  held_class->SetClassName(v8::String::NewFromUtf8Literal(isolate, "NativeHandle"));
  held_class->InstanceTemplate()->SetInternalFieldCount(1);
  return held_class;
}

v8::Local<v8::Value> hold(Scope& scope, std::shared_ptr<Held> object, const void* kind) {
  if (!object) return v8::Null(scope.isolate);
  auto& state = scope.realm.state();
  v8::Local<v8::Object> handle;
  auto shape = state.held_class.Get(scope.isolate)->InstanceTemplate();
  if (!shape->NewInstance(scope.context).ToLocal(&handle)) return {};
  auto* slot = new HeldSlot{state, std::move(object), kind, {}, state.held, &state.held};
  if (slot->next) slot->next->link = &slot->next;
  state.held = slot;
  compat::set_pointer(handle, 0, slot);
  slot->handle.Reset(scope.isolate, handle);
  slot->handle.SetWeak(slot, collected, v8::WeakCallbackType::kParameter);
  return handle;
}

std::shared_ptr<Held>* held_in(Scope& scope, v8::Local<v8::Value> value, const void* kind) {
  if (!value->IsObject()) return nullptr;
  if (!scope.realm.state().held_class.Get(scope.isolate)->HasInstance(value)) return nullptr;
  // An object of the class that a script constructed holds undefined, which read as a pointer is one to V8's heap.
  const auto field = value.As<v8::Object>()->GetInternalField(0);
  if (field->IsValue() && field.As<v8::Value>()->IsUndefined()) return nullptr;
  auto* slot = static_cast<HeldSlot*>(compat::pointer_of(value.As<v8::Object>(), 0));
  return slot && slot->kind == kind ? &slot->object : nullptr;
}

void release_all_held(Realm::State& state) {
  while (HeldSlot* slot = state.held) {
    unlink(*slot);
    delete slot;
  }
  state.garbage.clear();
}

}  // namespace edge::js
