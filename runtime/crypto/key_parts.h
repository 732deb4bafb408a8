// What the readers of keys share: parameters on their way to OpenSSL, numbers on their way back.
#pragma once

#include <cstddef>

#include "runtime/crypto/key.h"

struct bignum_st;
struct ossl_param_bld_st;

namespace edge::crypto {

KeyPtr make_key(PkeyPtr pair);

/// A key of `type` from what `builder` holds; null where OpenSSL does not accept it.
enum class KeyHalf : bool { public_only, both };
PkeyPtr key_from_parameters(const char* type, KeyHalf half, ossl_param_bld_st* builder);

/// The number of a key's parameter, big endian, with leading zeros up to `size`; empty where it has none.
Secret number_of(const Key& key, const char* parameter, std::size_t size = 0);

}  // namespace edge::crypto
