// Signatures by EVP_DigestSign; ECDSA's are DER there, and two numbers of the field's size here.
#include "runtime/crypto/signature.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <limits>

#include "runtime/base/error.h"
#include "runtime/crypto/digest.h"

namespace edge::crypto {

namespace {

using Signature = Owner<ECDSA_SIG, ECDSA_SIG_free>;

std::size_t field_bytes(const Key& key) {
  return (static_cast<std::size_t>(EVP_PKEY_get_bits(key.pair.get())) + 7) / 8;
}

/// https://w3c.github.io/webcrypto/#ecdsa-operations, sign: r and s, each as long as the curve's order.
Bytes raw_from_der(const Key& key, BytesView der) {
  const std::uint8_t* at = der.data();
  const Signature signature{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  check(signature != nullptr);
  const std::size_t size = field_bytes(key);
  Bytes raw(2 * size);
  check(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), static_cast<int>(size)) >= 0 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + size, static_cast<int>(size)) >= 0);
  return raw;
}

/// Empty for bytes of another length.
Bytes der_from_raw(const Key& key, BytesView raw) {
  const std::size_t size = field_bytes(key);
  if (raw.size() != 2 * size) return {};
  const Signature signature{ECDSA_SIG_new()};
  check(ECDSA_SIG_set0(signature.get(), BN_bin2bn(raw.data(), static_cast<int>(size), nullptr),
                       BN_bin2bn(raw.data() + size, static_cast<int>(size), nullptr)) == 1);
  Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
  std::uint8_t* at = der.data();
  i2d_ECDSA_SIG(signature.get(), &at);
  return der;
}

/// The y coordinates of Ed25519's points whose order divides 8, in every encoding: little endian, without the
/// sign of x. OpenSSL does not look for them.
constexpr std::array<std::string_view, 7> small_order_points = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

bool has_small_order(BytesView point) {
  Bytes y(point.begin(), point.end());
  y.back() &= 0x7f;
  return std::ranges::contains(small_order_points, hex_lower(y));
}

/// https://w3c.github.io/webcrypto/#ed25519-operations, verify: with such a key, or such a half of a
/// signature, one signature can be right for many texts.
bool is_degenerate(const Key& key, BytesView signature) {
  constexpr std::size_t point_bytes = 32;
  if (kind_of(key) != "Ed25519" || signature.size() < point_bytes) return false;
  return has_small_order(raw_public_of(key)) || has_small_order(signature.first(point_bytes));
}

enum class Purpose : bool { sign, verify };

/// False where OpenSSL refuses key and parameters: a salt that is too long, say.
Result<bool> begin(EVP_MD_CTX* context, Purpose purpose, const Key& key, const SignatureScheme& scheme) {
  const char* hash = nullptr;
  if (!scheme.hash.empty()) {
    auto method = require_digest(scheme.hash);
    if (!method) return std::unexpected(method.error());
    hash = EVP_MD_get0_name(*method);
  }
  if (scheme.salt_bytes > std::numeric_limits<int>::max()) return false;
  int salt = static_cast<int>(scheme.salt_bytes);
  std::string padding =
      scheme.kind == SignatureKind::rsa_pss ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15;
  std::array<OSSL_PARAM, 3> parameters = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end(),
                                          OSSL_PARAM_construct_end()};
  if (scheme.kind == SignatureKind::rsa_pkcs1 || scheme.kind == SignatureKind::rsa_pss)
    parameters[0] =
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, padding.data(), padding.size());
  if (scheme.kind == SignatureKind::rsa_pss)
    parameters[1] = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt);
  const auto init = purpose == Purpose::sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
  return init(context, nullptr, hash, nullptr, nullptr, key.pair.get(), parameters.data()) == 1;
}

}  // namespace

Result<Bytes> sign(const Key& key, const SignatureScheme& scheme, BytesView data) {
  const DigestContextPtr context{EVP_MD_CTX_new()};
  auto begun = begin(context.get(), Purpose::sign, key, scheme);
  if (!begun) return std::unexpected(begun.error());
  std::size_t size = 0;
  if (!*begun || EVP_DigestSign(context.get(), nullptr, &size, data.data(), data.size()) != 1)
    return operation_failed("the key cannot sign with these parameters");
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1)
    return operation_failed("the key cannot sign with these parameters");
  signature.resize(size);
  return scheme.kind == SignatureKind::ecdsa ? raw_from_der(key, signature) : signature;
}

Result<bool> verify(const Key& key, const SignatureScheme& scheme, BytesView signature, BytesView data) {
  const DigestContextPtr context{EVP_MD_CTX_new()};
  auto begun = begin(context.get(), Purpose::verify, key, scheme);
  if (!begun || !*begun) return begun;
  if (is_degenerate(key, signature)) return false;
  Bytes der;
  if (scheme.kind == SignatureKind::ecdsa) signature = der = der_from_raw(key, signature);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

}  // namespace edge::crypto
