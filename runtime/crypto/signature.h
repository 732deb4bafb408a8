// Signatures: RSASSA-PKCS1-v1_5, RSA-PSS, ECDSA and EdDSA, in the forms of Web Cryptography.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/crypto/key.h"

namespace edge::crypto {

enum class SignatureKind : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa, eddsa };

struct SignatureScheme {
  SignatureKind kind;
  std::string hash;              ///< none for EdDSA
  std::uint32_t salt_bytes = 0;  ///< of RSA-PSS
};

Result<Bytes> sign(const Key& key, const SignatureScheme& scheme, BytesView data);
/// A signature that does not fit, whatever is wrong with it, is false.
Result<bool> verify(const Key& key, const SignatureScheme& scheme, BytesView signature, BytesView data);

}  // namespace edge::crypto
