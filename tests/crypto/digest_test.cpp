// Digests and HMAC, at once and in pieces.
#include "runtime/crypto/digest.h"

#include <doctest/doctest.h>

namespace edge::crypto {

TEST_CASE("digest: a name that no hash has is refused by that name") {
  auto result = digest("SHA-2", as_bytes("abc"));
  REQUIRE(!result);
  CHECK(result.error().kind == FailureKind::not_supported);
  CHECK(result.error().message.contains("SHA-2"));
  CHECK(!Hasher::digest("sha-256"));
  CHECK(!Hasher::hmac("", as_bytes("key")));
}

TEST_CASE("digest: pieces make the digest of the whole, and a copy goes on by itself") {
  auto hasher = Hasher::digest("SHA-256");
  REQUIRE(hasher);
  hasher->update(as_bytes("a"));
  Hasher copy = hasher->copy();
  hasher->update(as_bytes("bc"));
  CHECK(hasher->finish() == *digest("SHA-256", as_bytes("abc")));
  CHECK(copy.finish() == *digest("SHA-256", as_bytes("a")));
}

TEST_CASE("hmac: an empty key is a key, and pieces make the code of the whole") {
  const auto whole = hmac("SHA-256", {}, as_bytes("abc"));
  REQUIRE(whole);
  CHECK(hex_lower(*hmac("SHA-256", {}, {})) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  auto hasher = Hasher::hmac("SHA-256", {});
  REQUIRE(hasher);
  hasher->update(as_bytes("ab"));
  Hasher copy = hasher->copy();
  hasher->update(as_bytes("c"));
  copy.update(as_bytes("c"));
  CHECK(hasher->finish() == *whole);
  CHECK(copy.finish() == *whole);
}

TEST_CASE("timing_safe_equal: bytes of different lengths differ") {
  CHECK(!timing_safe_equal(as_bytes("a"), as_bytes("ab")));
  CHECK(!timing_safe_equal(as_bytes("aa"), as_bytes("ab")));
  CHECK(timing_safe_equal(as_bytes("ab"), as_bytes("ab")));
  CHECK(timing_safe_equal({}, {}));
}

}  // namespace edge::crypto
