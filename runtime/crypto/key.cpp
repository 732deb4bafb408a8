// Keys are made here: at random, or out of an EVP_PKEY; and told apart by kind.
#include "runtime/crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <iterator>

#include "runtime/base/error.h"
#include "runtime/crypto/key_kind.h"
#include "runtime/crypto/key_parts.h"

namespace edge::crypto {

namespace {

constexpr KeyKind kinds[] = {
    {.name = "RSA", .type = "RSA"},
    {.name = "P-256", .type = "EC", .group = "prime256v1"},
    {.name = "P-384", .type = "EC", .group = "secp384r1"},
    {.name = "P-521", .type = "EC", .group = "secp521r1"},
    {.name = "Ed25519", .type = "ED25519", .is_raw = true},
    {.name = "X25519", .type = "X25519", .is_raw = true},
    {.name = "Ed448", .type = "ED448", .is_raw = true},
    {.name = "X448", .type = "X448", .is_raw = true},
};

std::string group_of(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
  return {name.data(), size};
}

Result<KeyPair> pair_of(PkeyPtr generated) {
  KeyPtr private_key = make_key(std::move(generated));
  auto public_key = public_half(*private_key);
  if (!public_key) return std::unexpected(public_key.error());
  return KeyPair{.public_key = std::move(*public_key), .private_key = std::move(private_key)};
}

}  // namespace

const KeyKind* find_key_kind(std::string_view name) {
  for (const KeyKind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

std::string_view kind_of(const Key& key) {
  for (const KeyKind& kind : kinds) {
    if (EVP_PKEY_is_a(key.pair.get(), kind.type) != 1) continue;
    if (!kind.group || group_of(key.pair.get()) == kind.group) return kind.name;
  }
  return {};
}

int modulus_bits(const Key& rsa) { return EVP_PKEY_get_bits(rsa.pair.get()); }

KeyPtr make_key(PkeyPtr pair) { return std::make_shared<Key>(Key{.secret = {}, .pair = std::move(pair)}); }

KeyPtr secret_key(BytesView bytes) {
  return std::make_shared<Key>(Key{.secret = secret_of(bytes), .pair = nullptr});
}

Result<KeyPtr> random_secret_key(std::size_t bits) {
  Secret secret((bits + 7) / 8);
  if (RAND_priv_bytes_ex(nullptr, secret.data(), secret.size(), 0) != 1)
    return operation_failed("there is no randomness to make a key of");
  if (bits % 8 != 0) secret.back() &= static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return std::make_shared<Key>(Key{.secret = std::move(secret), .pair = nullptr});
}

Result<KeyPair> generate_rsa(RsaSize size) {
  Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
  unsigned bits = static_cast<unsigned>(size.modulus_bits);
  const std::array parameters = {
      OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_BITS, &bits),
      OSSL_PARAM_construct_uint32(OSSL_PKEY_PARAM_RSA_E, &size.public_exponent),
      OSSL_PARAM_construct_end(),
  };
  check(EVP_PKEY_keygen_init(context.get()) == 1);
  EVP_PKEY* generated = nullptr;
  if (EVP_PKEY_CTX_set_params(context.get(), parameters.data()) != 1 ||
      EVP_PKEY_generate(context.get(), &generated) != 1)
    return operation_failed("no RSA key of " + std::to_string(bits) + " bits could be made");
  return pair_of(PkeyPtr{generated});
}

Result<KeyPair> generate_pair(const std::string& kind_name) {
  const KeyKind* kind = find_key_kind(kind_name);
  if (!kind) return not_supported("keys of the kind \"" + kind_name + "\" are not supported");
  PkeyPtr generated{kind->group ? EVP_PKEY_Q_keygen(nullptr, nullptr, kind->type, kind->group)
                                : EVP_PKEY_Q_keygen(nullptr, nullptr, kind->type)};
  if (!generated) return operation_failed("no key of the kind " + kind_name + " could be made");
  return pair_of(std::move(generated));
}

Result<KeyPtr> public_half(const Key& key) {
  auto der = spki_of(key);
  if (!der) return std::unexpected(der.error());
  return key_from_spki(*der);
}

}  // namespace edge::crypto
