// RSA-OAEP by EVP_PKEY.
#include "runtime/crypto/rsa_encryption.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>

#include "runtime/base/error.h"
#include "runtime/crypto/digest.h"

namespace edge::crypto {

Result<Bytes> rsa_oaep(Direction direction, const Key& key, OaepParameters parameters, BytesView data) {
  auto method = require_digest(parameters.hash);
  if (!method) return std::unexpected(method.error());
  std::string hash = EVP_MD_get0_name(*method);
  std::string padding = OSSL_PKEY_RSA_PAD_MODE_OAEP;
  Bytes label(parameters.label.begin(), parameters.label.end());
  const std::array settings = {
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, padding.data(), padding.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, hash.data(), hash.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, hash.data(), hash.size()),
      label.empty()
          ? OSSL_PARAM_construct_end()
          : OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, label.data(), label.size()),
      OSSL_PARAM_construct_end()};
  const bool encrypts = direction == Direction::encrypt;
  const auto init = encrypts ? EVP_PKEY_encrypt_init_ex : EVP_PKEY_decrypt_init_ex;
  const auto run = encrypts ? EVP_PKEY_encrypt : EVP_PKEY_decrypt;
  const Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
      EVP_PKEY_CTX_new_from_pkey(nullptr, key.pair.get(), nullptr)};
  Bytes out;
  std::size_t size = 0;
  const auto step = [&](std::uint8_t* to) {
    return run(context.get(), to, &size, data.data(), data.size()) == 1;
  };
  bool done = init(context.get(), settings.data()) == 1 && step(nullptr);
  if (done) {
    out.resize(size);
    done = step(out.data());
  }
  if (!done) {
    return operation_failed(encrypts ? "the data is too long for the RSA key"
                                     : "the data cannot be decrypted with the RSA key and the label");
  }
  out.resize(size);
  return out;
}

}  // namespace edge::crypto
