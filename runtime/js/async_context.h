// What follows the continuations of promises: the event that they belong to, and the storage of a script.
//
// V8 keeps one value for us, which a continuation takes along. It is the event's number alone, or, where a
// script stores something, an object of both that scripts never see.
#pragma once

#include <v8.h>

#include "runtime/js/realm.h"
#include "runtime/js/scope.h"

namespace edge::js {

/// The event of what runs now.
EventId running_event(v8::Isolate* isolate);

/// What the script stored for what runs now; undefined for nothing.
v8::Local<v8::Value> async_storage(Scope& scope);
/// Stores a value for the rest of this run and the continuations that it begins; undefined stores nothing.
void set_async_storage(Scope& scope, v8::Local<v8::Value> storage);

/// The class of the object of both, made anew for each isolate.
v8::Local<v8::ObjectTemplate> make_context_class(v8::Isolate* isolate);

}  // namespace edge::js
