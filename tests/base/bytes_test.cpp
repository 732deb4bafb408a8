// Hex and base64: what is refused, then what comes out.
#include "runtime/base/bytes.h"

#include <doctest/doctest.h>

namespace edge {
namespace {

std::optional<std::string> decoded(std::string_view text) {
  auto bytes = base64_decode(text);
  if (!bytes) return std::nullopt;
  return std::string(as_text(*bytes));
}

}  // namespace

TEST_CASE("bytes: what is not base64 decodes to nothing") {
  for (const char* text :
       {"A", "AAAAA", "====", "A===", "AA=A", "a-b_", "Zg=", "Zg===", "Zm8==", "Z\xC3\xA9=="}) {
    CAPTURE(std::string(text));
    CHECK(!decoded(text));
  }
}

TEST_CASE("bytes: forgiving base64 skips white space and does without padding") {
  CHECK(decoded("") == "");
  CHECK(decoded(" \t\r\n\f") == "");
  CHECK(decoded("Zg") == "f");
  CHECK(decoded("Zg==") == "f");
  CHECK(decoded("Z m\n8=") == "fo");
  CHECK(decoded("Zm9v\r\nYmFy") == "foobar");
  CHECK(decoded("Zh==") == "f");  // the spare bits of the last character are discarded
}

TEST_CASE("bytes: base64 is padded and on one line") {
  CHECK(base64({}) == "");
  CHECK(base64(as_bytes("f")) == "Zg==");
  CHECK(base64(as_bytes("fo")) == "Zm8=");
  CHECK(base64(as_bytes("foo")) == "Zm9v");
  CHECK(base64(Bytes(300, 0xFF)) == std::string(400, '/'));
}

TEST_CASE("bytes: base64 comes back as it went") {
  Bytes bytes;
  for (int i = 0; i < 1000; ++i) {
    const auto back = base64_decode(base64(bytes));
    REQUIRE(back);
    REQUIRE(*back == bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST_CASE("bytes: hex in both cases") {
  const Bytes bytes{0x00, 0x9A, 0xFF};
  CHECK(hex_lower(bytes) == "009aff");
  CHECK(hex_upper(bytes) == "009AFF");
  CHECK(hex_lower({}) == "");
}

}  // namespace edge
