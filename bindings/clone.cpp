// structuredClone(): V8's serializer, with ArrayBuffers moved instead of copied where they are transferred.
// https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone
#include <cstdlib>
#include <memory>

#include "bindings/natives.h"

namespace edge::bindings {
namespace {

/// Notes what cannot be cloned; the DOMException is made where all are.
class Delegate : public v8::ValueSerializer::Delegate {
 public:
  explicit Delegate(v8::Isolate* isolate) : isolate_(isolate) {}
  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    message_ = std::string(message->Utf8LengthV2(isolate_), '\0');
    message->WriteUtf8V2(isolate_, message_.data(), message_.size());
    isolate_->ThrowException(v8::Exception::Error(message));
  }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  v8::Isolate* isolate_;
  std::string message_;
};

std::unexpected<js::Exception> clone_error(std::string message) {
  return js::dom_exception("DataCloneError", std::move(message));
}

/// The buffers to be moved; one that is detached or named twice cannot be.
js::Result<std::vector<v8::Local<v8::ArrayBuffer>>> transferred(js::Scope& scope, v8::Local<v8::Value> list) {
  std::vector<v8::Local<v8::ArrayBuffer>> buffers;
  if (!list->IsArray()) return buffers;
  auto array = list.As<v8::Array>();
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

/// An empty handle: a getter of the value threw, and what it threw is pending.
js::Result<v8::Local<v8::Value>> structured_clone(js::Scope& scope, v8::Local<v8::Value> value,
                                                  v8::Local<v8::Value> transfer) {
  if (!value->IsObject() && !value->IsSymbol()) return value;
  auto buffers = transferred(scope, transfer);
  if (!buffers) return std::unexpected(buffers.error());

  Delegate delegate(scope.isolate);
  v8::ValueSerializer writer(scope.isolate, &delegate);
  for (std::uint32_t id = 0; id < buffers->size(); ++id) writer.TransferArrayBuffer(id, (*buffers)[id]);
  writer.WriteHeader();
  {
    v8::TryCatch caught(scope.isolate);
    if (writer.WriteValue(scope.context, value).IsNothing()) {
      if (!delegate.message().empty()) return clone_error(delegate.message());
      if (caught.HasCaught()) caught.ReThrow();
      return v8::Local<v8::Value>();
    }
  }
  auto [data, size] = writer.Release();
  std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(data, &std::free);

  v8::ValueDeserializer reader(scope.isolate, data, size);
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

constexpr js::Native table[] = {js::native<&structured_clone>("structuredClone")};

}  // namespace

constinit const std::span<const js::Native> clone_natives = table;

}  // namespace edge::bindings
