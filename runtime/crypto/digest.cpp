// Digests and HMAC of OpenSSL, fetched once for the process.
#include "runtime/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <string>

#include "runtime/base/error.h"

namespace edge::crypto {

namespace {

struct NamedDigest {
  std::string_view name;
  const char* openssl_name;
  EVP_MD* method = nullptr;
};

// An EVP_MD that is fetched for each call costs more than a short digest.
std::array<NamedDigest, 10> fetch_digests() {
  std::array<NamedDigest, 10> digests = {{{"SHA-1", "SHA1"},
                                          {"SHA-224", "SHA224"},
                                          {"SHA-256", "SHA256"},
                                          {"SHA-384", "SHA384"},
                                          {"SHA-512", "SHA512"},
                                          {"SHA-512/256", "SHA512-256"},
                                          {"SHA3-256", "SHA3-256"},
                                          {"SHA3-384", "SHA3-384"},
                                          {"SHA3-512", "SHA3-512"},
                                          {"MD5", "MD5"}}};
  for (NamedDigest& digest : digests) digest.method = EVP_MD_fetch(nullptr, digest.openssl_name, nullptr);
  forget_errors();
  return digests;
}

Bytes bytes_for(const EVP_MD* method) { return Bytes(static_cast<std::size_t>(EVP_MD_get_size(method))); }

// A null key would mean "the key of before", so an empty one is given an address.
const std::uint8_t* address_of(BytesView key) {
  static constexpr std::uint8_t nothing = 0;
  return key.empty() ? &nothing : key.data();
}

}  // namespace

const EVP_MD* digest_method(std::string_view name) {
  static const auto digests = fetch_digests();
  for (const NamedDigest& digest : digests)
    if (digest.name == name) return digest.method;
  return nullptr;
}

Result<const EVP_MD*> require_digest(std::string_view name) {
  if (const EVP_MD* method = digest_method(name)) return method;
  return not_supported("Unrecognized or unimplemented digest algorithm requested: " + std::string(name));
}

Result<Bytes> digest(std::string_view name, BytesView data) {
  auto method = require_digest(name);
  if (!method) return std::unexpected(method.error());
  Bytes result = bytes_for(*method);
  check(EVP_Digest(data.data(), data.size(), result.data(), nullptr, *method, nullptr) == 1);
  return result;
}

Result<Bytes> hmac(std::string_view hash, BytesView key, BytesView data) {
  auto method = require_digest(hash);
  if (!method) return std::unexpected(method.error());
  Bytes result = bytes_for(*method);
  std::size_t size = 0;
  check(EVP_Q_mac(nullptr, "HMAC", nullptr, EVP_MD_get0_name(*method), nullptr, address_of(key), key.size(),
                  data.data(), data.size(), result.data(), result.size(), &size) != nullptr);
  return result;
}

bool timing_safe_equal(BytesView a, BytesView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<Hasher> Hasher::digest(std::string_view name) {
  auto method = require_digest(name);
  if (!method) return std::unexpected(method.error());
  Hasher hasher;
  hasher.digest_.reset(EVP_MD_CTX_new());
  check(EVP_DigestInit_ex2(hasher.digest_.get(), *method, nullptr) == 1);
  return hasher;
}

Result<Hasher> Hasher::hmac(std::string_view hash, BytesView key) {
  auto method = require_digest(hash);
  if (!method) return std::unexpected(method.error());
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Hasher hasher;
  hasher.mac_.reset(EVP_MAC_CTX_new(algorithm));
  std::string hash_name = EVP_MD_get0_name(*method);
  const std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash_name.data(), hash_name.size()),
      OSSL_PARAM_construct_end()};
  check(EVP_MAC_init(hasher.mac_.get(), address_of(key), key.size(), parameters.data()) == 1);
  return hasher;
}

void Hasher::update(BytesView data) {
  if (mac_) return check(EVP_MAC_update(mac_.get(), data.data(), data.size()) == 1);
  check(EVP_DigestUpdate(digest_.get(), data.data(), data.size()) == 1);
}

Bytes Hasher::finish() {
  if (mac_) {
    Bytes result(EVP_MAC_CTX_get_mac_size(mac_.get()));
    std::size_t size = 0;
    check(EVP_MAC_final(mac_.get(), result.data(), &size, result.size()) == 1);
    return result;
  }
  Bytes result = bytes_for(EVP_MD_CTX_get0_md(digest_.get()));
  check(EVP_DigestFinal_ex(digest_.get(), result.data(), nullptr) == 1);
  return result;
}

Hasher Hasher::copy() const {
  Hasher other;
  if (mac_) {
    other.mac_.reset(EVP_MAC_CTX_dup(mac_.get()));
    return other;
  }
  other.digest_.reset(EVP_MD_CTX_new());
  check(EVP_MD_CTX_copy_ex(other.digest_.get(), digest_.get()) == 1);
  return other;
}

}  // namespace edge::crypto
