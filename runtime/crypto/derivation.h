// Secrets from secrets: PBKDF2, HKDF, and key agreement on elliptic curves.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/crypto/key.h"

namespace edge::crypto {

struct Pbkdf2Parameters {
  std::string_view hash;
  BytesView salt;
  std::uint32_t iterations;
};
/// Iterations times blocks of output: more would occupy a thread for many seconds, as nothing ends it on its
/// way.
inline constexpr std::uint64_t pbkdf2_rounds_max = 20'000'000;
/// RFC 8018 section 5.2.
Result<Bytes> pbkdf2(BytesView password, Pbkdf2Parameters parameters, std::size_t size);

struct HkdfParameters {
  std::string_view hash;
  BytesView salt;
  BytesView info;
};
/// RFC 5869.
Result<Bytes> hkdf(BytesView secret, HkdfParameters parameters, std::size_t size);

/// The shared secret of one's private and another's public key, both of one kind: ECDH, X25519, X448.
Result<Bytes> agree(const Key& private_key, const Key& public_key);

}  // namespace edge::crypto
