// Digests, HMAC, randomness and comparison in constant time: OpenSSL's, fetched once for the process.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

/// https://w3c.github.io/webcrypto/#sha-description, and MD5 as Cloudflare has it.
struct Digest {
  std::string_view name;
  const char* openssl_name;
  EVP_MD* method = nullptr;
};

// An EVP_MD that is fetched for each call costs more than a short digest.
EVP_MD* method_of(std::string_view name) {
  static std::array<Digest, 5> digests = {{{"SHA-1", "SHA1"},
                                           {"SHA-256", "SHA256"},
                                           {"SHA-384", "SHA384"},
                                           {"SHA-512", "SHA512"},
                                           {"MD5", "MD5"}}};
  for (Digest& digest : digests) {
    if (digest.name != name) continue;
    if (!digest.method) digest.method = EVP_MD_fetch(nullptr, digest.openssl_name, nullptr);
    return digest.method;
  }
  return nullptr;
}

std::unexpected<js::Exception> unknown_algorithm(const std::string& name) {
  return js::dom_exception("NotSupportedError",
                           "Unrecognized or unimplemented digest algorithm requested: " + name);
}

js::Result<Bytes> digest(std::string name, BytesView data) {
  const EVP_MD* method = method_of(name);
  if (!method) return unknown_algorithm(name);
  Bytes result(static_cast<std::size_t>(EVP_MD_get_size(method)));
  check(EVP_Digest(data.data(), data.size(), result.data(), nullptr, method, nullptr) == 1);
  return result;
}

js::Result<Bytes> hmac(std::string hash, BytesView key, BytesView data) {
  const EVP_MD* method = method_of(hash);
  if (!method) return unknown_algorithm(hash);
  Bytes result(static_cast<std::size_t>(EVP_MD_get_size(method)));
  std::size_t size = 0;
  // A null key would mean "the key of before", so an empty one is given an address.
  const std::uint8_t* start = key.empty() ? result.data() : key.data();
  check(EVP_Q_mac(nullptr, "HMAC", nullptr, EVP_MD_get0_name(method), nullptr, start, key.size(), data.data(),
                  data.size(), result.data(), result.size(), &size) != nullptr);
  return result;
}

js::Result<bool> timing_safe_equal(BytesView a, BytesView b) {
  if (a.size() != b.size()) return js::type_error("Input buffers must have the same byte length.");
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues; the kind of view is JavaScript's to check.
js::Result<> random_fill(js::Scope& scope, js::MutableBytesView view) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  check(RAND_bytes_ex(nullptr, view.data(), view.size(), 0) == 1);
  return {};
}

/// RFC 9562 section 5.4: version 4.
js::Result<js::OneByte> random_uuid(js::Scope& scope) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  std::array<std::uint8_t, 16> random;
  check(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0f) | 0x40);
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3f) | 0x80);
  std::string text = hex_lower(random);
  for (std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return js::OneByte{std::move(text)};
}

constexpr js::Native table[] = {
    js::native<&digest>("digest"),
    js::native<&hmac>("hmac"),
    js::native<&timing_safe_equal>("timingSafeEqual"),
    js::native<&random_fill>("randomFill"),
    js::native<&random_uuid>("randomUUID"),
};

}  // namespace

constinit const std::span<const js::Native> crypto_natives = table;

}  // namespace edge::bindings
