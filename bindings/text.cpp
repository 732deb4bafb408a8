// The machine below TextEncoder and TextDecoder.
// https://encoding.spec.whatwg.org/
#include <simdutf.h>

#include "bindings/decoder.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

constexpr int replace_lone_surrogates = v8::String::WriteFlags::kReplaceInvalidUtf8;

js::Result<v8::Local<v8::Value>> utf8_encode(js::Scope& scope, v8::Local<v8::String> text) {
  const std::size_t size = text->Utf8LengthV2(scope.isolate);
  v8::Local<v8::ArrayBuffer> buffer;
  if (!v8::ArrayBuffer::MaybeNew(scope.isolate, size, v8::BackingStoreInitializationMode::kUninitialized)
           .ToLocal(&buffer))
    return js::range_error("Array buffer allocation failed");
  text->WriteUtf8V2(scope.isolate, static_cast<char*>(buffer->Data()), size, replace_lone_surrogates);
  return v8::Uint8Array::New(buffer, 0, size);
}

/// [code units read, bytes written]
std::tuple<double, double> utf8_encode_into(js::Scope& scope, v8::Local<v8::String> text,
                                            js::MutableBytesView into) {
  std::size_t read = 0;
  const std::size_t written = text->WriteUtf8V2(scope.isolate, reinterpret_cast<char*>(into.data()),
                                                into.size(), replace_lone_surrogates, &read);
  return {static_cast<double>(read), static_cast<double>(written)};
}

js::Result<v8::Local<v8::Value>> string_of(v8::MaybeLocal<v8::String> made) {
  v8::Local<v8::String> string;
  if (!made.ToLocal(&string)) return js::range_error("the text is longer than a string may be");
  return string;
}

js::Exception not_of_encoding(Encoding encoding) {
  return {js::ExceptionType::type_error,
          "The encoded data was not valid for encoding " + std::string(encoding_name(encoding)),
          {}};
}

js::Result<v8::Local<v8::Value>> string_of(js::Scope& scope, const std::u16string& text) {
  return string_of(v8::String::NewFromTwoByte(scope.isolate,
                                              reinterpret_cast<const std::uint16_t*>(text.data()),
                                              v8::NewStringType::kNormal, static_cast<int>(text.size())));
}

js::Result<v8::Local<v8::Value>> utf8_decode(js::Scope& scope, BytesView bytes, bool fatal, bool ignore_bom) {
  if (bytes.size() > v8::String::kMaxLength)
    return js::range_error("the text is longer than a string may be");
  if (simdutf::validate_ascii(reinterpret_cast<const char*>(bytes.data()), bytes.size()))
    return string_of(v8::String::NewFromOneByte(scope.isolate, bytes.data(), v8::NewStringType::kNormal,
                                                static_cast<int>(bytes.size())));
  auto text = StreamDecoder(Encoding::utf_8, {.fatal = fatal, .ignore_bom = ignore_bom}).decode(bytes, false);
  if (!text) return std::unexpected(not_of_encoding(Encoding::utf_8));
  return string_of(scope, *text);
}

class Decoder : public js::Held {
 public:
  Decoder(Encoding encoding, DecodeOptions options) : stream(encoding, options) {}
  StreamDecoder stream;
};

js::Result<std::unique_ptr<Decoder>> decoder_open(std::string name, bool fatal, bool ignore_bom) {
  auto encoding = encoding_named(name);
  if (!encoding) return js::range_error("\"" + name + "\" is decoded elsewhere");
  return std::make_unique<Decoder>(*encoding, DecodeOptions{.fatal = fatal, .ignore_bom = ignore_bom});
}

js::Result<v8::Local<v8::Value>> decoder_decode(js::Scope& scope, Decoder& decoder, BytesView bytes,
                                                bool stream) {
  if (bytes.size() > v8::String::kMaxLength)
    return js::range_error("the text is longer than a string may be");
  auto text = decoder.stream.decode(bytes, stream);
  if (!text) return std::unexpected(not_of_encoding(decoder.stream.encoding()));
  return string_of(scope, *text);
}

constexpr js::Native table[] = {
    js::native<&utf8_encode>("utf8Encode"),       js::native<&utf8_encode_into>("utf8EncodeInto"),
    js::native<&utf8_decode>("utf8Decode"),       js::native<&decoder_open>("decoderOpen"),
    js::native<&decoder_decode>("decoderDecode"),
};

}  // namespace

constinit const std::span<const js::Native> text_natives = table;

}  // namespace edge::bindings
