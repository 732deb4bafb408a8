// What is done with keys: encryption, signatures, derivation.
#include "bindings/crypto_work.h"
#include "bindings/natives.h"
#include "runtime/base/error.h"
#include "runtime/crypto/derivation.h"
#include "runtime/crypto/rsa_encryption.h"
#include "runtime/crypto/signature.h"

namespace edge::bindings {
namespace {

using Value = js::Result<v8::Local<v8::Value>>;

/// A private operation with an RSA key, and any on a large curve, takes as long as a request.
Load load_of_key(const crypto::Key& key, BytesView data) {
  const auto kind = crypto::kind_of(key);
  const bool is_slow = kind == "RSA" || kind == "P-384" || kind == "P-521";
  return is_slow ? Load::heavy : load_of(data);
}

crypto::Direction direction_of(bool encrypts) {
  return encrypts ? crypto::Direction::encrypt : crypto::Direction::decrypt;
}

// --- encryption --------------------

Value aes_cbc(js::Scope& scope, bool encrypts, KeyHandle& handle, Bytes iv, Bytes data) {
  const Load load = load_of(data);
  return perform(scope, load, [=, key = handle.key, iv = std::move(iv), data = std::move(data)] {
    return crypto::aes_cbc(direction_of(encrypts), key->secret, iv, data);
  });
}

Value aes_ctr(js::Scope& scope, KeyHandle& handle, Bytes counter, std::uint32_t bits, Bytes data) {
  const Load load = load_of(data);
  return perform(scope, load, [=, key = handle.key, counter = std::move(counter), data = std::move(data)] {
    return crypto::aes_ctr(key->secret, {.start = counter, .counter_bits = bits}, data);
  });
}

Value aead(js::Scope& scope, bool encrypts, KeyHandle& handle, std::string name, Bytes iv,
           Bytes additional_data, std::uint32_t tag_bytes, Bytes data) {
  const Load load = load_of(data);
  return perform(
      scope, load,
      [=, key = handle.key, iv = std::move(iv), extra = std::move(additional_data), data = std::move(data)] {
        return crypto::aead(direction_of(encrypts), key->secret,
                            {.name = name, .iv = iv, .additional_data = extra, .tag_bytes = tag_bytes}, data);
      });
}

Value aes_key_wrap(js::Scope& scope, bool encrypts, KeyHandle& handle, Bytes data) {
  return perform(scope, Load::light, [=, key = handle.key, data = std::move(data)] {
    return crypto::aes_key_wrap(direction_of(encrypts), key->secret, data);
  });
}

Value rsa_oaep(js::Scope& scope, bool encrypts, KeyHandle& handle, std::string hash, Bytes label,
               Bytes data) {
  const Load load = encrypts ? Load::light : Load::heavy;
  return perform(scope, load, [=, key = handle.key, label = std::move(label), data = std::move(data)] {
    return crypto::rsa_oaep(direction_of(encrypts), *key, {.hash = hash, .label = label}, data);
  });
}

// --- signatures --------------------

crypto::SignatureScheme scheme_of(const std::string& name, std::string hash, std::uint32_t salt_bytes) {
  using enum crypto::SignatureKind;
  const auto kind = name == "RSASSA-PKCS1-v1_5" ? rsa_pkcs1
                    : name == "RSA-PSS"         ? rsa_pss
                    : name == "ECDSA"           ? ecdsa
                                                : eddsa;
  return {.kind = kind, .hash = std::move(hash), .salt_bytes = salt_bytes};
}

Value sign(js::Scope& scope, KeyHandle& handle, std::string name, std::string hash, std::uint32_t salt_bytes,
           Bytes data) {
  const Load load = load_of_key(*handle.key, data);
  return perform(scope, load,
                 [key = handle.key, scheme = scheme_of(name, std::move(hash), salt_bytes),
                  data = std::move(data)] { return crypto::sign(*key, scheme, data); });
}

Value verify(js::Scope& scope, KeyHandle& handle, std::string name, std::string hash,
             std::uint32_t salt_bytes, Bytes signature, Bytes data) {
  // To verify with RSA is quick: its public exponent is small.
  const Load load = crypto::kind_of(*handle.key) == "RSA" ? load_of(data) : load_of_key(*handle.key, data);
  return perform(scope, load,
                 [key = handle.key, scheme = scheme_of(name, std::move(hash), salt_bytes),
                  signature = std::move(signature),
                  data = std::move(data)] { return crypto::verify(*key, scheme, signature, data); });
}

// --- derivation --------------------

Value pbkdf2(js::Scope& scope, KeyHandle& handle, std::string hash, Bytes salt, std::uint32_t iterations,
             std::uint32_t size) {
  constexpr std::uint32_t heavy_iterations = 500;
  const Load load = iterations < heavy_iterations ? Load::light : Load::heavy;
  return perform(scope, load, [=, key = handle.key, salt = std::move(salt)] {
    return crypto::pbkdf2(key->secret, {.hash = hash, .salt = salt, .iterations = iterations}, size);
  });
}

Value hkdf(js::Scope& scope, KeyHandle& handle, std::string hash, Bytes salt, Bytes info,
           std::uint32_t size) {
  return perform(scope, Load::light, [=, key = handle.key, salt = std::move(salt), info = std::move(info)] {
    return crypto::hkdf(key->secret, {.hash = hash, .salt = salt, .info = info}, size);
  });
}

Value agree(js::Scope& scope, KeyHandle& own, KeyHandle& other) {
  return perform(scope, load_of_key(*own.key, {}), [private_key = own.key, public_key = other.key] {
    return crypto::agree(*private_key, *public_key);
  });
}

constexpr js::Native table[] = {
    js::native<&aes_cbc>("aesCbc"),   js::native<&aes_ctr>("aesCtr"),
    js::native<&aead>("aead"),        js::native<&aes_key_wrap>("aesKeyWrap"),
    js::native<&rsa_oaep>("rsaOaep"), js::native<&sign>("sign"),
    js::native<&verify>("verify"),    js::native<&pbkdf2>("pbkdf2"),
    js::native<&hkdf>("hkdf"),        js::native<&agree>("agree"),
};

}  // namespace

constinit const std::span<const js::Native> crypto_operation_natives = table;

}  // namespace edge::bindings
