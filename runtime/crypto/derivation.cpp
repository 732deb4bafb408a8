// Secrets from secrets, by OpenSSL.
#include "runtime/crypto/derivation.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <limits>

#include "runtime/base/error.h"
#include "runtime/crypto/digest.h"

namespace edge::crypto {

namespace {

OSSL_PARAM octets(const char* name, Secret& bytes) {
  return OSSL_PARAM_construct_octet_string(name, bytes.data(), bytes.size());
}

}  // namespace

Result<Bytes> pbkdf2(BytesView password, Pbkdf2Parameters parameters, std::size_t size) {
  auto method = require_digest(parameters.hash);
  if (!method) return std::unexpected(method.error());
  if (parameters.iterations == 0) return operation_failed("PBKDF2 needs at least one iteration");
  const auto block = static_cast<std::size_t>(EVP_MD_get_size(*method));
  if ((size + block - 1) / block > pbkdf2_rounds_max / parameters.iterations)
    return not_supported("PBKDF2 with more than " + std::to_string(pbkdf2_rounds_max) +
                         " rounds (iterations times blocks of output) is not supported");
  Bytes out(size);
  if (size == 0) return out;
  constexpr std::size_t most = std::numeric_limits<int>::max();
  if (password.size() > most || parameters.salt.size() > most || size > most ||
      PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()), static_cast<int>(password.size()),
                        parameters.salt.data(), static_cast<int>(parameters.salt.size()),
                        static_cast<int>(parameters.iterations), *method, static_cast<int>(size),
                        out.data()) != 1)
    return operation_failed("PBKDF2 failed");
  return out;
}

Result<Bytes> hkdf(BytesView secret, HkdfParameters parameters, std::size_t size) {
  auto method = require_digest(parameters.hash);
  if (!method) return std::unexpected(method.error());
  constexpr std::size_t blocks_max = 255;
  if (size > blocks_max * static_cast<std::size_t>(EVP_MD_get_size(*method)))
    return operation_failed("HKDF makes at most 255 times the length of the hash");
  Bytes out(size);
  if (size == 0) return out;
  static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  const Owner<EVP_KDF_CTX, EVP_KDF_CTX_free> context{EVP_KDF_CTX_new(algorithm)};
  std::string hash = EVP_MD_get0_name(*method);
  Secret key = secret_of(secret);
  Secret salt = secret_of(parameters.salt);
  Secret info = secret_of(parameters.info);
  // OpenSSL takes a null address for a key that is missing; RFC 5869 takes no bytes of salt for zeros.
  key.reserve(1);
  salt.reserve(1);
  info.reserve(1);
  const std::array settings = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), hash.size()),
      octets(OSSL_KDF_PARAM_KEY, key),
      octets(OSSL_KDF_PARAM_SALT, salt),
      octets(OSSL_KDF_PARAM_INFO, info),
      OSSL_PARAM_construct_end(),
  };
  if (EVP_KDF_derive(context.get(), out.data(), out.size(), settings.data()) != 1)
    return operation_failed("HKDF failed");
  return out;
}

Result<Bytes> agree(const Key& private_key, const Key& public_key) {
  const Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
      EVP_PKEY_CTX_new_from_pkey(nullptr, private_key.pair.get(), nullptr)};
  std::size_t size = 0;
  if (EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), public_key.pair.get()) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &size) != 1)
    return operation_failed("the two keys do not agree on a secret");
  Bytes secret(size);
  // X25519 and X448 fail for a peer whose point has a small order: RFC 7748 section 6.
  if (EVP_PKEY_derive(context.get(), secret.data(), &size) != 1)
    return operation_failed("the two keys do not agree on a secret");
  secret.resize(size);
  return secret;
}

}  // namespace edge::crypto
