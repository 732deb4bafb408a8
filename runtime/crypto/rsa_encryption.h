// RSA-OAEP.
#pragma once

#include <string_view>

#include "runtime/crypto/cipher.h"
#include "runtime/crypto/key.h"

namespace edge::crypto {

struct OaepParameters {
  std::string_view hash;
  BytesView label;
};
/// RFC 8017 section 7.1; the mask is made with the same hash.
Result<Bytes> rsa_oaep(Direction direction, const Key& key, OaepParameters parameters, BytesView data);

}  // namespace edge::crypto
