// RSA keys as numbers: RFC 7518 section 6.3.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <array>
#include <utility>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/crypto/key_parts.h"

namespace edge::crypto {

namespace {

using Number = Owner<BIGNUM, BN_clear_free>;

Number number_from(BytesView bytes) {
  return Number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
}

/// A private key whose primes do not make its modulus would give the primes away with its first signature.
bool is_product(const BIGNUM* n, const BIGNUM* p, const BIGNUM* q) {
  const Owner<BN_CTX, BN_CTX_free> context{BN_CTX_secure_new()};
  const Number product{BN_secure_new()};
  return BN_mul(product.get(), p, q, context.get()) == 1 && BN_cmp(product.get(), n) == 0;
}

constexpr int modulus_bits_max = 16'384;

}  // namespace

Result<KeyPtr> rsa_key(const RsaNumbers& numbers) {
  const std::array<std::pair<const char*, BytesView>, 8> parts = {
      {{OSSL_PKEY_PARAM_RSA_N, numbers.n},
       {OSSL_PKEY_PARAM_RSA_E, numbers.e},
       {OSSL_PKEY_PARAM_RSA_D, numbers.d},
       {OSSL_PKEY_PARAM_RSA_FACTOR1, numbers.p},
       {OSSL_PKEY_PARAM_RSA_FACTOR2, numbers.q},
       {OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers.dp},
       {OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers.dq},
       {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers.qi}}};
  const bool is_private = !numbers.d.empty();
  const Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder{OSSL_PARAM_BLD_new()};
  std::vector<Number> values;
  for (const auto& [name, bytes] : parts) {
    if (!is_private && values.size() == 2) break;
    values.push_back(number_from(bytes));
    if (BN_is_zero(values.back().get())) return bad_data("a number of the RSA key is missing or zero");
    check(OSSL_PARAM_BLD_push_BN(builder.get(), name, values.back().get()) == 1);
  }
  if (BN_num_bits(values[0].get()) > modulus_bits_max)
    return bad_data("the RSA key has more than 16384 bits");
  if (is_private && !is_product(values[0].get(), values[3].get(), values[4].get()))
    return bad_data("the RSA key's primes do not belong to its modulus");
  auto key = key_from_parameters("RSA", is_private ? KeyHalf::both : KeyHalf::public_only, builder.get());
  if (!key) return bad_data("the numbers are no RSA key");
  return make_key(std::move(key));
}

RsaNumbers rsa_numbers(const Key& key) {
  const auto public_number = [&](const char* name) {
    const Secret bytes = number_of(key, name);
    return Bytes(bytes.begin(), bytes.end());
  };
  return {.n = public_number(OSSL_PKEY_PARAM_RSA_N),
          .e = public_number(OSSL_PKEY_PARAM_RSA_E),
          .d = number_of(key, OSSL_PKEY_PARAM_RSA_D),
          .p = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
          .q = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2),
          .dp = number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT1),
          .dq = number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT2),
          .qi = number_of(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)};
}

}  // namespace edge::crypto
