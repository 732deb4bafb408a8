// What the readers of keys share: parameters on their way to OpenSSL, numbers on their way back.
#include "runtime/crypto/key_parts.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>

#include "runtime/base/error.h"

namespace edge::crypto {

PkeyPtr key_from_parameters(const char* type, KeyHalf half, OSSL_PARAM_BLD* builder) {
  Owner<OSSL_PARAM, OSSL_PARAM_free> parameters{OSSL_PARAM_BLD_to_param(builder)};
  Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  check(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1);
  const int selection = half == KeyHalf::both ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) return nullptr;
  return PkeyPtr{key};
}

Secret number_of(const Key& key, const char* parameter, std::size_t size) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key.pair.get(), parameter, &found) != 1) return {};
  const Owner<BIGNUM, BN_clear_free> number{found};
  Secret bytes(std::max(size, static_cast<std::size_t>(BN_num_bytes(number.get()))));
  check(BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) >= 0);
  return bytes;
}

}  // namespace edge::crypto
