// Bytes and their textual forms: hex, base64.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string hex_lower(BytesView bytes);
std::string hex_upper(BytesView bytes);
/// RFC 4648 section 4, padded, on one line.
std::string base64(BytesView bytes);
/// Forgiving-base64 decode (white space is skipped, padding may be missing); nothing where the text is not
/// base64. https://infra.spec.whatwg.org/#forgiving-base64-decode
std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace edge
