// Digests and HMAC, at once and in pieces. Hashes have the names of Web Cryptography: "SHA-256", "SHA3-256".
#pragma once

#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/crypto/failure.h"
#include "runtime/crypto/openssl.h"

struct evp_md_st;

namespace edge::crypto {

/// Null for a name that no hash has.
const evp_md_st* digest_method(std::string_view name);
/// The same, with the failure that names it.
Result<const evp_md_st*> require_digest(std::string_view name);

Result<Bytes> digest(std::string_view name, BytesView data);
Result<Bytes> hmac(std::string_view hash, BytesView key, BytesView data);

/// False for two of different lengths; else the time it takes says nothing about the bytes.
bool timing_safe_equal(BytesView a, BytesView b);

/// A digest or HMAC of bytes that come in pieces.
class Hasher {
 public:
  static Result<Hasher> digest(std::string_view name);
  static Result<Hasher> hmac(std::string_view hash, BytesView key);
  void update(BytesView data);
  /// Once; the Hasher is spent then.
  Bytes finish();
  /// One that goes on from here by itself.
  [[nodiscard]] Hasher copy() const;

 private:
  DigestContextPtr digest_;
  MacContextPtr mac_;
};

}  // namespace edge::crypto
