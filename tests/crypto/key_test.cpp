// Keys: what is refused, and that what is written can be read.
#include "runtime/crypto/key.h"

#include <doctest/doctest.h>

#include "runtime/crypto/derivation.h"
#include "runtime/crypto/signature.h"

namespace edge::crypto {

TEST_CASE("key: bytes that are no key, or are followed by others, are refused") {
  const auto pair = generate_pair("P-256");
  REQUIRE(pair);
  Bytes spki = *spki_of(*pair->public_key);
  Bytes pkcs8 = *pkcs8_of(*pair->private_key);
  CHECK(key_from_spki(spki));
  CHECK(key_from_pkcs8(pkcs8));
  spki.push_back(0);
  pkcs8.push_back(0);
  for (const auto& key : {key_from_spki(spki), key_from_spki({}), key_from_spki(pkcs8), key_from_pkcs8(pkcs8),
                          key_from_pkcs8({}), key_from_pkcs8(*spki_of(*pair->public_key))}) {
    REQUIRE(!key);
    CHECK(key.error().kind == FailureKind::data);
  }
  forget_errors();
}

TEST_CASE("key: every kind can be made, and says what it is; no other can") {
  CHECK(!generate_pair("RSA-PSS"));
  CHECK(!generate_pair(""));
  for (const char* kind : {"P-256", "P-384", "P-521", "Ed25519", "X25519", "Ed448", "X448"}) {
    CAPTURE(kind);
    const auto pair = generate_pair(kind);
    REQUIRE(pair);
    CHECK(kind_of(*pair->public_key) == kind);
    CHECK(kind_of(*pair->private_key) == kind);
  }
}

TEST_CASE("key: the public key of a pair holds nothing of the private one") {
  const auto pair = generate_pair("Ed25519");
  REQUIRE(pair);
  CHECK(!pkcs8_of(*pair->public_key));
  CHECK(!sign(*pair->public_key, {.kind = SignatureKind::eddsa, .hash = ""}, as_bytes("x")));
  forget_errors();
}

TEST_CASE("key: a point that is on another curve, or on none, is refused") {
  const auto pair = generate_pair("P-384");
  REQUIRE(pair);
  const Bytes point = ec_numbers(*pair->public_key).point;
  CHECK(ec_key("P-384", point, {}));
  CHECK(!ec_key("P-256", point, {}));
  CHECK(!ec_key("P-384", Bytes(97, 4), {}));
  CHECK(!ec_key("P-384", {}, {}));
  CHECK(!ec_key("secp256k1", point, {}));
  forget_errors();
}

TEST_CASE("key: random bits end where they were asked to") {
  const auto key = random_secret_key(17);
  REQUIRE(key);
  REQUIRE((*key)->secret.size() == 3);
  CHECK(((*key)->secret[2] & 0x7f) == 0);
}

TEST_CASE("pbkdf2: what would occupy a thread for minutes is refused") {
  auto result = pbkdf2({}, {.hash = "SHA-256", .salt = {}, .iterations = 4'000'000'000}, 1);
  REQUIRE(!result);
  CHECK(result.error().kind == FailureKind::not_supported);
  CHECK(!pbkdf2({}, {.hash = "SHA-256", .salt = {}, .iterations = 1}, std::size_t{1} << 40));
  CHECK(pbkdf2({}, {.hash = "SHA-256", .salt = {}, .iterations = 1}, 0));
}

}  // namespace edge::crypto
