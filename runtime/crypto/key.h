// Keys: made at random, or read from and written as bytes of the forms that Web Cryptography has.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/crypto/failure.h"
#include "runtime/crypto/openssl.h"
#include "runtime/crypto/secret.h"

namespace edge::crypto {

/// Never changed once it is made, so that threads may share it.
struct Key {
  Secret secret;  ///< of a secret key
  PkeyPtr pair;   ///< of a public or private key
};
using KeyPtr = std::shared_ptr<const Key>;

struct KeyPair {
  KeyPtr public_key;
  KeyPtr private_key;
};

/// How bits beyond the last whole byte are kept: as the first of one more byte, the rest of which is zero.
KeyPtr secret_key(BytesView bytes);
Result<KeyPtr> random_secret_key(std::size_t bits);

struct RsaSize {
  int modulus_bits;
  std::uint32_t public_exponent;
};
Result<KeyPair> generate_rsa(RsaSize size);
/// `kind`: "P-256", "P-384", "P-521", "Ed25519", "X25519", "Ed448" or "X448".
Result<KeyPair> generate_pair(const std::string& kind);

/// "RSA" or one of the above; "" for a key of another kind.
std::string_view kind_of(const Key& key);
int modulus_bits(const Key& rsa);
/// The public key of a private one, which holds nothing of the private one.
Result<KeyPtr> public_half(const Key& key);

/// SubjectPublicKeyInfo (RFC 5280) and PrivateKeyInfo (RFC 5208); nothing may follow them.
Result<KeyPtr> key_from_spki(BytesView der);
Result<KeyPtr> key_from_pkcs8(BytesView der);
Result<Bytes> spki_of(const Key& key);
Result<Bytes> pkcs8_of(const Key& key);

/// What RFC 7518 section 6.3 calls them; a public key has only the first two.
struct RsaNumbers {
  Bytes n, e;
  Secret d = {}, p = {}, q = {}, dp = {}, dq = {}, qi = {};
};
Result<KeyPtr> rsa_key(const RsaNumbers& numbers);
RsaNumbers rsa_numbers(const Key& key);

/// `point` as SEC 1 section 2.3.3 encodes it, compressed or not; `d` may be empty, for a public key.
Result<KeyPtr> ec_key(std::string_view curve, BytesView point, BytesView d);
/// `point` is x and y, uncompressed; `d` is empty for a public key.
struct EcNumbers {
  Bytes point;
  Secret d;
};
EcNumbers ec_numbers(const Key& key);

/// RFC 8032 and RFC 7748: keys that are just bytes.
Result<KeyPtr> raw_public_key(std::string_view kind, BytesView bytes);
Result<KeyPtr> raw_private_key(std::string_view kind, BytesView bytes);
Bytes raw_public_of(const Key& key);
Secret raw_private_of(const Key& key);

}  // namespace edge::crypto
