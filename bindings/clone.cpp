// structuredClone(): V8's serializer, with ArrayBuffers moved instead of copied where they are transferred.
// https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone
#include <cstdlib>
#include <memory>

#include "bindings/natives.h"

namespace edge::bindings {
namespace {

/// Notes what cannot be cloned; the DOMException is made where all are. Objects of the platform are copied by
/// JavaScript, which knows them: `carry` gives the place of an object's copy in `carried`, or -1 for an
/// object that is none of the platform's.
class Writer : public v8::ValueSerializer::Delegate {
 public:
  Writer(js::Scope& scope, v8::Local<v8::Function> carry) : scope_(scope), carry_(carry) {}
  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    message_ = std::string(message->Utf8LengthV2(scope_.isolate), '\0');
    message->WriteUtf8V2(scope_.isolate, message_.data(), message_.size());
    scope_.isolate->ThrowException(v8::Exception::Error(message));
  }
  v8::Maybe<std::uint32_t> GetSharedArrayBufferId(v8::Isolate* isolate,
                                                  v8::Local<v8::SharedArrayBuffer>) override {
    ThrowDataCloneError(v8::String::NewFromUtf8Literal(isolate, "#<SharedArrayBuffer> could not be cloned."));
    return v8::Nothing<std::uint32_t>();
  }
  bool HasCustomHostObject(v8::Isolate*) override { return true; }
  v8::Maybe<bool> IsHostObject(v8::Isolate*, v8::Local<v8::Object> object) override {
    const auto prototype = object->GetPrototypeV2();
    if (prototype == plain_prototype_ || prototype->IsNull()) return v8::Just(false);
    v8::Local<v8::Value> argument = object, place;
    if (!carry_->Call(scope_.context, v8::Undefined(scope_.isolate), 1, &argument).ToLocal(&place))
      return v8::Nothing<bool>();
    place_ = place.As<v8::Int32>()->Value();
    return v8::Just(place_ >= 0);
  }
  v8::Maybe<bool> WriteHostObject(v8::Isolate*, v8::Local<v8::Object>) override {
    serializer->WriteUint32(static_cast<std::uint32_t>(place_));
    return v8::Just(true);
  }
  [[nodiscard]] const std::string& message() const { return message_; }
  v8::ValueSerializer* serializer = nullptr;

 private:
  js::Scope& scope_;
  v8::Local<v8::Function> carry_;
  v8::Local<v8::Value> plain_prototype_ = v8::Object::New(scope_.isolate)->GetPrototypeV2();
  std::string message_;
  std::int32_t place_ = -1;  ///< of the object that IsHostObject was asked about
};

class Reader : public v8::ValueDeserializer::Delegate {
 public:
  Reader(js::Scope& scope, v8::Local<v8::Array> carried) : scope_(scope), carried_(carried) {}
  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate*) override {
    std::uint32_t place = 0;
    v8::Local<v8::Value> copy;
    if (!deserializer->ReadUint32(&place) || !carried_->Get(scope_.context, place).ToLocal(&copy)) return {};
    return copy.As<v8::Object>();
  }
  v8::ValueDeserializer* deserializer = nullptr;

 private:
  js::Scope& scope_;
  v8::Local<v8::Array> carried_;
};

std::unexpected<js::Exception> clone_error(std::string message) {
  return js::dom_exception("DataCloneError", std::move(message));
}

/// The buffers to be moved; one that is detached or named twice cannot be.
js::Result<std::vector<v8::Local<v8::ArrayBuffer>>> transferred(js::Scope& scope,
                                                                v8::Local<v8::Array> array) {
  std::vector<v8::Local<v8::ArrayBuffer>> buffers;
  for (std::uint32_t at = 0; at < array->Length(); ++at) {
    v8::Local<v8::Value> item;
    if (!array->Get(scope.context, at).ToLocal(&item) || !item->IsArrayBuffer())
      return clone_error("Value at index " + std::to_string(at) +
                         " of the transfer list is not transferable.");
    auto buffer = item.As<v8::ArrayBuffer>();
    if (buffer->WasDetached() || !buffer->IsDetachable())
      return clone_error("ArrayBuffer at index " + std::to_string(at) + " of the transfer list is detached.");
    for (const auto& other : buffers)
      if (other == buffer) return clone_error("ArrayBuffer occurs twice in the transfer list.");
    buffers.push_back(buffer);
  }
  return buffers;
}

/// False: a getter of the value threw, and what it threw is pending.
js::Result<bool> write(js::Scope& scope, const Writer& delegate, v8::ValueSerializer& writer,
                       v8::Local<v8::Value> value) {
  v8::TryCatch caught(scope.isolate);
  if (writer.WriteValue(scope.context, value).IsJust()) return true;
  if (!delegate.message().empty()) return clone_error(delegate.message());
  if (caught.HasCaught()) caught.ReThrow();
  return false;
}

/// An empty handle: a getter of the value threw, and what it threw is pending.
js::Result<v8::Local<v8::Value>> structured_clone(js::Scope& scope, v8::Local<v8::Value> value,
                                                  v8::Local<v8::Array> transfer,
                                                  v8::Local<v8::Function> carry,
                                                  v8::Local<v8::Array> carried) {
  if (!value->IsObject() && !value->IsSymbol() && transfer->Length() == 0) return value;
  auto buffers = transferred(scope, transfer);
  if (!buffers) return std::unexpected(buffers.error());

  Writer delegate(scope, carry);
  v8::ValueSerializer writer(scope.isolate, &delegate);
  delegate.serializer = &writer;
  for (std::uint32_t id = 0; id < buffers->size(); ++id) writer.TransferArrayBuffer(id, (*buffers)[id]);
  writer.WriteHeader();
  const auto written = write(scope, delegate, writer, value);
  if (!written) return std::unexpected(written.error());
  if (!*written) return v8::Local<v8::Value>();
  auto [data, size] = writer.Release();
  std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(data, &std::free);

  Reader copies(scope, carried);
  v8::ValueDeserializer reader(scope.isolate, data, size, &copies);
  copies.deserializer = &reader;
  for (std::uint32_t id = 0; id < buffers->size(); ++id) {
    auto store = (*buffers)[id]->GetBackingStore();
    if ((*buffers)[id]->Detach({}).IsNothing()) return clone_error("An ArrayBuffer cannot be detached.");
    reader.TransferArrayBuffer(id, v8::ArrayBuffer::New(scope.isolate, std::move(store)));
  }
  v8::Local<v8::Value> copy;
  if (reader.ReadHeader(scope.context).IsNothing() || !reader.ReadValue(scope.context).ToLocal(&copy))
    return v8::Local<v8::Value>();
  return copy;
}

/// A value as bytes, for another isolate; `refuse` throws for objects of the platform.
/// https://html.spec.whatwg.org/multipage/structured-data.html#structuredserialize
js::Result<v8::Local<v8::Value>> serialized(js::Scope& scope, v8::Local<v8::Value> value,
                                            v8::Local<v8::Function> refuse) {
  Writer delegate(scope, refuse);
  v8::ValueSerializer writer(scope.isolate, &delegate);
  delegate.serializer = &writer;
  writer.WriteHeader();
  const auto written = write(scope, delegate, writer, value);
  if (!written) return std::unexpected(written.error());
  if (!*written) return v8::Local<v8::Value>();
  auto [data, size] = writer.Release();
  std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(data, &std::free);
  return js::to_js(scope, Bytes(data, data + size));
}

/// The value of what serialized() made.
js::Result<v8::Local<v8::Value>> deserialized(js::Scope& scope, BytesView bytes) {
  v8::ValueDeserializer reader(scope.isolate, bytes.data(), bytes.size());
  v8::Local<v8::Value> value;
  if (reader.ReadHeader(scope.context).IsNothing()) return value;
  if (!reader.ReadValue(scope.context).ToLocal(&value)) return v8::Local<v8::Value>();
  return value;
}

constexpr js::Native table[] = {js::native<&structured_clone>("structuredClone"),
                                js::native<&serialized>("serialize"),
                                js::native<&deserialized>("deserialize")};

}  // namespace

constinit const std::span<const js::Native> clone_natives = table;

}  // namespace edge::bindings
