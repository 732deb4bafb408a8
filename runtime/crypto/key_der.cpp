// Keys as DER: SubjectPublicKeyInfo and PrivateKeyInfo.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "runtime/crypto/key_parts.h"

namespace edge::crypto {

namespace {

/// The bytes that one of OpenSSL's i2d functions writes.
template <auto write, class T>
Result<Bytes> encoded(const T* object) {
  std::uint8_t* start = nullptr;
  const int size = object ? write(object, &start) : -1;
  if (size < 0) return operation_failed("the key cannot be written as DER");
  Bytes bytes(start, start + size);
  wipe(start, static_cast<std::size_t>(size));
  OPENSSL_free(start);
  return bytes;
}

/// A curve must be named: one that comes with parameters of its own may be weak (CVE-2020-0601).
bool has_explicit_curve(const EVP_PKEY* key) {
  int is_explicit = 0;
  return EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 &&
         is_explicit != 0;
}

Result<KeyPtr> accepted(PkeyPtr key, const char* problem) {
  if (!key || has_explicit_curve(key.get())) return bad_data(problem);
  // A point that came compressed is written as every other is.
  if (EVP_PKEY_is_a(key.get(), "EC") == 1)
    EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                   OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
  return make_key(std::move(key));
}

}  // namespace

Result<KeyPtr> key_from_spki(BytesView der) {
  constexpr const char* problem = "the bytes are no SubjectPublicKeyInfo of a usable key";
  const std::uint8_t* at = der.data();
  PkeyPtr key{d2i_PUBKEY_ex(nullptr, &at, static_cast<long>(der.size()), nullptr, nullptr)};
  if (at != der.data() + der.size()) return bad_data(problem);
  return accepted(std::move(key), problem);
}

Result<KeyPtr> key_from_pkcs8(BytesView der) {
  constexpr const char* problem = "the bytes are no PrivateKeyInfo (PKCS #8) of a usable key";
  const std::uint8_t* at = der.data();
  const Owner<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info{
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size()))};
  if (!info || at != der.data() + der.size()) return bad_data(problem);
  return accepted(PkeyPtr{EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr)}, problem);
}

Result<Bytes> spki_of(const Key& key) { return encoded<i2d_PUBKEY>(key.pair.get()); }

Result<Bytes> pkcs8_of(const Key& key) {
  const Owner<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info{EVP_PKEY2PKCS8(key.pair.get())};
  return encoded<i2d_PKCS8_PRIV_KEY_INFO>(info.get());
}

}  // namespace edge::crypto
