// Keys on elliptic curves as points, numbers and raw bytes: SEC 1, RFC 8032, RFC 7748.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "runtime/base/error.h"
#include "runtime/crypto/key_kind.h"
#include "runtime/crypto/key_parts.h"

namespace edge::crypto {

namespace {

/// True when the point is on its curve and, for a private key, belongs to the number.
bool is_sound(EVP_PKEY* key, KeyHalf half) {
  const Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  if (EVP_PKEY_public_check_quick(context.get()) != 1) return false;
  return half == KeyHalf::public_only || EVP_PKEY_pairwise_check(context.get()) == 1;
}

std::size_t field_bytes(const Key& key) {
  return (static_cast<std::size_t>(EVP_PKEY_get_bits(key.pair.get())) + 7) / 8;
}

}  // namespace

Result<KeyPtr> ec_key(std::string_view curve, BytesView point, BytesView d) {
  const KeyKind* kind = find_key_kind(curve);
  if (!kind || !kind->group)
    return not_supported("the curve \"" + std::string(curve) + "\" is not supported");
  const KeyHalf half = d.empty() ? KeyHalf::public_only : KeyHalf::both;
  const Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder{OSSL_PARAM_BLD_new()};
  const Owner<BIGNUM, BN_clear_free> number{BN_bin2bn(d.data(), static_cast<int>(d.size()), BN_secure_new())};
  check(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) == 1 &&
        (d.empty() || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1));
  auto key = key_from_parameters("EC", half, builder.get());
  if (!key || !is_sound(key.get(), half))
    return bad_data("the bytes are no key on the curve " + std::string(curve));
  EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                 OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
  return make_key(std::move(key));
}

EcNumbers ec_numbers(const Key& key) {
  EcNumbers numbers;
  std::uint8_t* point = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key.pair.get(), &point);
  check(size != 0);
  numbers.point.assign(point, point + size);
  OPENSSL_free(point);
  numbers.d = number_of(key, OSSL_PKEY_PARAM_PRIV_KEY, field_bytes(key));
  return numbers;
}

Result<KeyPtr> raw_public_key(std::string_view kind_name, BytesView bytes) {
  const KeyKind* kind = find_key_kind(kind_name);
  check(kind && kind->is_raw);
  PkeyPtr key{EVP_PKEY_new_raw_public_key_ex(nullptr, kind->type, nullptr, bytes.data(), bytes.size())};
  if (!key) return bad_data("the bytes are no public key of " + std::string(kind_name));
  return make_key(std::move(key));
}

Result<KeyPtr> raw_private_key(std::string_view kind_name, BytesView bytes) {
  const KeyKind* kind = find_key_kind(kind_name);
  check(kind && kind->is_raw);
  PkeyPtr key{EVP_PKEY_new_raw_private_key_ex(nullptr, kind->type, nullptr, bytes.data(), bytes.size())};
  if (!key) return bad_data("the bytes are no private key of " + std::string(kind_name));
  return make_key(std::move(key));
}

Bytes raw_public_of(const Key& key) {
  std::size_t size = 0;
  check(EVP_PKEY_get_raw_public_key(key.pair.get(), nullptr, &size) == 1);
  Bytes bytes(size);
  check(EVP_PKEY_get_raw_public_key(key.pair.get(), bytes.data(), &size) == 1);
  return bytes;
}

Secret raw_private_of(const Key& key) {
  std::size_t size = 0;
  check(EVP_PKEY_get_raw_private_key(key.pair.get(), nullptr, &size) == 1);
  Secret bytes(size);
  check(EVP_PKEY_get_raw_private_key(key.pair.get(), bytes.data(), &size) == 1);
  return bytes;
}

}  // namespace edge::crypto
