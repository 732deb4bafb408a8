// Conversions between JavaScript values and C++ types that need no template.
#include "runtime/js/convert.h"

#include <simdutf.h>

#include <cstring>

#include "runtime/js/exception.h"

namespace edge::js {

bool refuse(Scope& scope, const Place& place, std::string_view wanted) {
  auto message =
      text_of(scope.isolate, place.function) + ": argument " + std::to_string(place.position) + " is not ";
  throw_exception(scope, {ExceptionType::type_error, message.append(wanted), {}});
  return false;
}

namespace {

void copy_one_byte(v8::Isolate* isolate, v8::Local<v8::String> text, std::string& to) {
  const auto length = static_cast<std::uint32_t>(text->Length());
  to.resize_and_overwrite(length, [&](char* buffer, std::size_t size) {
    text->WriteOneByteV2(isolate, 0, length, reinterpret_cast<std::uint8_t*>(buffer));
    return size;
  });
}

}  // namespace

bool read_text(Scope& scope, v8::Local<v8::Value> from, std::string& to) {
  v8::Local<v8::String> text;
  if (!from->ToString(scope.context).ToLocal(&text)) return false;
  // Most text is ASCII, which V8 copies far quicker than it encodes.
  if (text->IsOneByte()) {
    copy_one_byte(scope.isolate, text, to);
    if (simdutf::validate_ascii(to.data(), to.size())) return true;
  }
  to.resize_and_overwrite(text->Utf8LengthV2(scope.isolate), [&](char* buffer, std::size_t size) {
    return text->WriteUtf8V2(scope.isolate, buffer, size, v8::String::WriteFlags::kReplaceInvalidUtf8);
  });
  return true;
}

bool read_one_byte(Scope& scope, v8::Local<v8::Value> from, const Place& place, std::string& to) {
  v8::Local<v8::String> text;
  if (!from->ToString(scope.context).ToLocal(&text)) return false;
  if (!text->ContainsOnlyOneByte()) return refuse(scope, place, "text of characters below U+0100");
  copy_one_byte(scope.isolate, text, to);
  return true;
}

bool read_texts(Scope& scope, v8::Local<v8::Value> from, const Place& place, std::vector<std::string>& to) {
  if (!from->IsArray()) return refuse(scope, place, "an Array");
  auto array = from.As<v8::Array>();
  // A getter of an element may change the array; its length is read once, and what is missing is "undefined".
  const std::uint32_t length = array->Length();
  for (std::uint32_t index = 0; index < length; ++index) {
    v8::Local<v8::Value> element;
    if (!array->Get(scope.context, index).ToLocal(&element)) return false;
    if (!read_text(scope, element, to.emplace_back())) return false;
  }
  return true;
}

bool is_buffer(v8::Local<v8::Value> value) {
  return value->IsArrayBufferView() || value->IsArrayBuffer() || value->IsSharedArrayBuffer();
}

BytesView bytes_of(v8::Local<v8::Value> buffer, std::array<std::uint8_t, heap_view_bytes>& storage) {
  if (!buffer->IsArrayBufferView()) return mutable_bytes_of(buffer);
  auto contents = buffer.As<v8::ArrayBufferView>()->GetContents({storage.data(), storage.size()});
  return {contents.data(), contents.size()};
}

MutableBytesView mutable_bytes_of(v8::Local<v8::Value> buffer) {
  if (buffer->IsArrayBufferView()) {
    auto view = buffer.As<v8::ArrayBufferView>();
    const std::size_t size = view->ByteLength();
    if (size == 0) return {};
    return {static_cast<std::uint8_t*>(view->Buffer()->Data()) + view->ByteOffset(), size};
  }
  if (buffer->IsSharedArrayBuffer()) {
    auto shared = buffer.As<v8::SharedArrayBuffer>();
    return {static_cast<std::uint8_t*>(shared->Data()), shared->ByteLength()};
  }
  auto plain = buffer.As<v8::ArrayBuffer>();
  return {static_cast<std::uint8_t*>(plain->Data()), plain->ByteLength()};
}

bool is_kind(v8::Local<v8::Value>, std::type_identity<v8::Value>) { return true; }
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Object>) { return value->IsObject(); }
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Array>) { return value->IsArray(); }
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Function>) { return value->IsFunction(); }
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::String>) { return value->IsString(); }
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Promise>) { return value->IsPromise(); }
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::ArrayBuffer>) {
  return value->IsArrayBuffer();
}
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::ArrayBufferView>) {
  return value->IsArrayBufferView();
}
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Uint8Array>) { return value->IsUint8Array(); }

namespace {

v8::Local<v8::Value> made_text(Scope& scope, v8::MaybeLocal<v8::String> made) {
  v8::Local<v8::String> text;
  // V8 throws nothing of its own here.
  if (!made.ToLocal(&text)) throw_exception(scope, {ExceptionType::range_error, "Invalid string length", {}});
  return text;
}

}  // namespace

v8::Local<v8::Value> to_js(Scope& scope, std::string_view text) {
  if (text.size() > static_cast<std::size_t>(v8::String::kMaxLength)) return made_text(scope, {});
  const auto length = static_cast<int>(text.size());
  return made_text(scope,
                   v8::String::NewFromUtf8(scope.isolate, text.data(), v8::NewStringType::kNormal, length));
}

v8::Local<v8::Value> to_js(Scope& scope, const OneByte& text) {
  if (text.text.size() > static_cast<std::size_t>(v8::String::kMaxLength)) return made_text(scope, {});
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.text.data());
  const auto length = static_cast<int>(text.text.size());
  return made_text(scope,
                   v8::String::NewFromOneByte(scope.isolate, data, v8::NewStringType::kNormal, length));
}

v8::Local<v8::Value> to_js(Scope& scope, Bytes bytes) {
  // Below this a copy is cheaper than an owner for the vector.
  constexpr std::size_t copied_bytes_max = 4096;
  const std::size_t size = bytes.size();
  v8::Local<v8::ArrayBuffer> buffer;
  if (size <= copied_bytes_max) {
    if (!v8::ArrayBuffer::MaybeNew(scope.isolate, size, v8::BackingStoreInitializationMode::kUninitialized)
             .ToLocal(&buffer)) {
      throw_exception(scope, {ExceptionType::range_error, "Array buffer allocation failed", {}});
      return {};
    }
    if (size > 0) std::memcpy(buffer->Data(), bytes.data(), size);
  } else {
    auto owner = std::make_unique<Bytes>(std::move(bytes));
    auto* data = owner->data();
    auto release = [](void*, std::size_t, void* owner) { delete static_cast<Bytes*>(owner); };
    buffer = v8::ArrayBuffer::New(scope.isolate,
                                  v8::ArrayBuffer::NewBackingStore(data, size, release, owner.release()));
  }
  return v8::Uint8Array::New(buffer, 0, size);
}

}  // namespace edge::js
