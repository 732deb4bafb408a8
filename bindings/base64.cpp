// Base64: atob(), btoa(), bytes out of data: URLs; and base64url for JSON Web Keys.
// https://html.spec.whatwg.org/multipage/webappapis.html#atob
#include <simdutf.h>

#include "bindings/natives.h"
#include "runtime/base/bytes.h"

namespace edge::bindings {
namespace {

js::Result<js::OneByte> atob(std::string text) {
  // A character beyond ASCII is a byte beyond ASCII here, which is no base64 either.
  auto bytes = base64_decode(text);
  if (!bytes)
    return js::dom_exception("InvalidCharacterError", "atob() called with invalid base64-encoded data.");
  return js::OneByte{std::string(as_text(*bytes))};
}

js::Result<std::string> btoa(js::Scope& scope, v8::Local<v8::String> text) {
  if (!text->ContainsOnlyOneByte())
    return js::dom_exception("InvalidCharacterError",
                             "btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.");
  Bytes bytes(static_cast<std::size_t>(text->Length()));
  text->WriteOneByteV2(scope.isolate, 0, static_cast<std::uint32_t>(bytes.size()), bytes.data());
  return base64(bytes);
}

/// RFC 4648 section 5, without padding.
js::OneByte base64url_encode(BytesView bytes) {
  std::string text(simdutf::base64_length_from_binary(bytes.size(), simdutf::base64_url), '\0');
  simdutf::binary_to_base64(as_text(bytes).data(), bytes.size(), text.data(), simdutf::base64_url);
  return {std::move(text)};
}

/// Strict: nothing for white space, padding and a text whose last bits are not zero.
std::optional<Bytes> base64url_decode(std::string text) {
  Bytes bytes(simdutf::maximal_binary_length_from_base64(text.data(), text.size()));
  const auto decoded = simdutf::base64_to_binary(text.data(), text.size(),
                                                 reinterpret_cast<char*>(bytes.data()), simdutf::base64_url);
  if (decoded.error != simdutf::error_code::SUCCESS) return std::nullopt;
  bytes.resize(decoded.count);
  if (base64url_encode(bytes).text != text) return std::nullopt;
  return bytes;
}

/// Null where the text, given as its bytes, is no base64.
std::optional<Bytes> decode(BytesView text) { return base64_decode(as_text(text)); }

std::string encode(BytesView bytes) { return base64(bytes); }

constexpr js::Native table[] = {
    js::native<&atob>("atob"),
    js::native<&btoa>("btoa"),
    js::native<&base64url_encode>("base64urlEncode"),
    js::native<&base64url_decode>("base64urlDecode"),
    js::native<&decode>("base64Decode"),
    js::native<&encode>("base64Encode"),
};

}  // namespace

constinit const std::span<const js::Native> base64_natives = table;

}  // namespace edge::bindings
