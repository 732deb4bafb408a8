// Hex by a table; base64 by simdutf, which checks and converts in one pass.
#include "runtime/base/bytes.h"

#include <simdutf.h>

namespace edge {
namespace {

std::string hex(BytesView bytes, const char (&digits)[17]) {
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  return text;
}

}  // namespace

std::string hex_lower(BytesView bytes) { return hex(bytes, "0123456789abcdef"); }
std::string hex_upper(BytesView bytes) { return hex(bytes, "0123456789ABCDEF"); }

std::string base64(BytesView bytes) {
  std::string text(simdutf::base64_length_from_binary(bytes.size()), '\0');
  simdutf::binary_to_base64(as_text(bytes).data(), bytes.size(), text.data());
  return text;
}

std::optional<Bytes> base64_decode(std::string_view text) {
  Bytes bytes(simdutf::maximal_binary_length_from_base64(text.data(), text.size()));
  const auto decoded = simdutf::base64_to_binary(
      text.data(), text.size(), reinterpret_cast<char*>(bytes.data()), simdutf::base64_default);
  if (decoded.error != simdutf::error_code::SUCCESS) return std::nullopt;
  bytes.resize(decoded.count);
  return bytes;
}

}  // namespace edge
