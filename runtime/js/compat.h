// The one header that looks at V8's version. Debian 14 has 13.6; each branch says where the interface
// changed.
#pragma once

#include <v8.h>

#include <cstddef>

static_assert(V8_MAJOR_VERSION > 13 || (V8_MAJOR_VERSION == 13 && V8_MINOR_VERSION >= 6),
              "V8 13.6 or newer is needed");

namespace edge::js::compat {

inline constexpr bool v8_is_at_least(int major, int minor) {
  return V8_MAJOR_VERSION > major || (V8_MAJOR_VERSION == major && V8_MINOR_VERSION >= minor);
}

/// A pointer of ours in an object's internal field; from 14.2 on it carries a tag.
inline void set_pointer(v8::Local<v8::Object> object, int field, void* pointer) {
#if V8_MAJOR_VERSION > 14 || (V8_MAJOR_VERSION == 14 && V8_MINOR_VERSION >= 2)
  object->SetAlignedPointerInInternalField(field, pointer, v8::EmbedderDataTypeTag{1});
#else
  object->SetAlignedPointerInInternalField(field, pointer);
#endif
}
inline void* pointer_of(v8::Local<v8::Object> object, int field) {
#if V8_MAJOR_VERSION > 14 || (V8_MAJOR_VERSION == 14 && V8_MINOR_VERSION >= 2)
  return object->GetAlignedPointerFromInternalField(field, v8::EmbedderDataTypeTag{1});
#else
  return object->GetAlignedPointerFromInternalField(field);
#endif
}

/// From 14.0 on an array of V8's own needs no context.
inline v8::Local<v8::Data> element(v8::Local<v8::Context> context, v8::Local<v8::FixedArray> array,
                                   int index) {
#if V8_MAJOR_VERSION >= 14
  (void)context;
  return array->Get(index);
#else
  return array->Get(context, index);
#endif
}

/// What follows the continuation of a promise: the number of the current event. From 14.0 on it is any Data.
inline void set_continuation_data(v8::Isolate* isolate, v8::Local<v8::Value> value) {
#if V8_MAJOR_VERSION >= 14
  isolate->SetContinuationPreservedEmbedderDataV2(value);
#else
  isolate->SetContinuationPreservedEmbedderData(value);
#endif
}
inline v8::Local<v8::Value> continuation_data(v8::Isolate* isolate) {
#if V8_MAJOR_VERSION >= 14
  return isolate->GetContinuationPreservedEmbedderDataV2().As<v8::Value>();
#else
  return isolate->GetContinuationPreservedEmbedderData();
#endif
}

}  // namespace edge::js::compat
