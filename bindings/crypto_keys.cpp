// Keys: made at random, read from and written as bytes; and certificates, which hold some. What a key may be
// used for, and by whom, is JavaScript's.
#include <tuple>

#include "bindings/crypto_work.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "runtime/crypto/certificate.h"

namespace edge::bindings {
namespace {

using Value = js::Result<v8::Local<v8::Value>>;
using Handle = std::unique_ptr<KeyHandle>;
/// The public key, the private key.
using Handles = std::tuple<Handle, Handle>;

Handle handle_of(crypto::KeyPtr key) { return std::make_unique<KeyHandle>(std::move(key)); }

js::Result<Handle> handle_of(crypto::Result<crypto::KeyPtr> key) {
  crypto::forget_errors();
  if (!key) return std::unexpected(exception_of(std::move(key.error())));
  return handle_of(std::move(*key));
}

crypto::Result<Handles> handles_of(crypto::Result<crypto::KeyPair> pair) {
  if (!pair) return std::unexpected(std::move(pair.error()));
  return Handles{handle_of(std::move(pair->public_key)), handle_of(std::move(pair->private_key))};
}

js::Result<Bytes> bytes_of(crypto::Result<Bytes> bytes) {
  crypto::forget_errors();
  if (!bytes) return std::unexpected(exception_of(std::move(bytes.error())));
  return std::move(*bytes);
}

Bytes bytes_of(const crypto::Secret& secret) { return {secret.begin(), secret.end()}; }

// --- random ones --------------------

js::Result<Handle> random_secret_key(js::Scope& scope, std::uint32_t bits) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  return handle_of(crypto::random_secret_key(bits));
}

Value generate_pair(js::Scope& scope, std::string kind) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  return perform(scope, Load::light, [kind] { return handles_of(crypto::generate_pair(kind)); });
}

Value generate_rsa(js::Scope& scope, std::int32_t bits, std::uint32_t exponent) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  return perform(scope, Load::heavy, [bits, exponent] {
    return handles_of(crypto::generate_rsa({.modulus_bits = bits, .public_exponent = exponent}));
  });
}

// --- bytes --------------------

Handle secret_key(BytesView bytes) { return handle_of(crypto::secret_key(bytes)); }
Bytes secret_bytes(KeyHandle& handle) { return bytes_of(handle.key->secret); }

js::Result<Handle> key_from_spki(BytesView der) { return handle_of(crypto::key_from_spki(der)); }
js::Result<Handle> key_from_pkcs8(BytesView der) { return handle_of(crypto::key_from_pkcs8(der)); }
js::Result<Bytes> key_spki(KeyHandle& handle) { return bytes_of(crypto::spki_of(*handle.key)); }
js::Result<Bytes> key_pkcs8(KeyHandle& handle) { return bytes_of(crypto::pkcs8_of(*handle.key)); }

js::Result<Handle> raw_public_key(std::string kind, BytesView bytes) {
  return handle_of(crypto::raw_public_key(kind, bytes));
}
js::Result<Handle> raw_private_key(std::string kind, BytesView bytes) {
  return handle_of(crypto::raw_private_key(kind, bytes));
}
Bytes raw_public_of(KeyHandle& handle) { return crypto::raw_public_of(*handle.key); }
Bytes raw_private_of(KeyHandle& handle) { return bytes_of(crypto::raw_private_of(*handle.key)); }

// --- numbers --------------------

js::Result<Handle> rsa_public_key(BytesView n, BytesView e) {
  return handle_of(crypto::rsa_key({.n = {n.begin(), n.end()}, .e = {e.begin(), e.end()}}));
}

js::Result<Handle> rsa_private_key(BytesView n, BytesView e, BytesView d, BytesView p, BytesView q,
                                   BytesView dp, BytesView dq, BytesView qi) {
  using crypto::secret_of;
  return handle_of(crypto::rsa_key({.n = {n.begin(), n.end()},
                                    .e = {e.begin(), e.end()},
                                    .d = secret_of(d),
                                    .p = secret_of(p),
                                    .q = secret_of(q),
                                    .dp = secret_of(dp),
                                    .dq = secret_of(dq),
                                    .qi = secret_of(qi)}));
}

/// n, e, d, p, q, dp, dq, qi; those of the private key are empty for a public one.
std::vector<Bytes> rsa_numbers(KeyHandle& handle) {
  const auto numbers = crypto::rsa_numbers(*handle.key);
  return {numbers.n,
          numbers.e,
          bytes_of(numbers.d),
          bytes_of(numbers.p),
          bytes_of(numbers.q),
          bytes_of(numbers.dp),
          bytes_of(numbers.dq),
          bytes_of(numbers.qi)};
}

js::Result<Handle> ec_key(std::string curve, BytesView point, BytesView d) {
  return handle_of(crypto::ec_key(curve, point, d));
}

/// The point, uncompressed, and d, which is empty for a public key.
std::vector<Bytes> ec_numbers(KeyHandle& handle) {
  const auto numbers = crypto::ec_numbers(*handle.key);
  return {numbers.point, bytes_of(numbers.d)};
}

// --- what a key is --------------------

std::string_view key_kind(KeyHandle& handle) { return crypto::kind_of(*handle.key); }
std::int32_t modulus_bits(KeyHandle& handle) { return crypto::modulus_bits(*handle.key); }
js::Result<Handle> public_half(KeyHandle& handle) { return handle_of(crypto::public_half(*handle.key)); }

// --- certificates, for node:crypto --------------------

class CertificateHandle : public js::Held {
 public:
  explicit CertificateHandle(crypto::Certificate certificate) : certificate(std::move(certificate)) {}
  const crypto::Certificate certificate;
};

template <class T>
T tidied(T value) {
  crypto::forget_errors();
  return value;
}

js::Result<std::unique_ptr<CertificateHandle>> certificate_read(BytesView bytes) {
  auto certificate = tidied(crypto::Certificate::read(bytes));
  if (!certificate) return std::unexpected(exception_of(std::move(certificate.error())));
  return std::make_unique<CertificateHandle>(std::move(*certificate));
}

/// In the order in which node_x509.js gives them their names.
std::vector<std::optional<std::string>> certificate_facts(CertificateHandle& handle) {
  const crypto::Certificate& certificate = handle.certificate;
  return tidied(std::vector<std::optional<std::string>>{
      certificate.subject(), certificate.issuer(), certificate.valid_from(), certificate.valid_to(),
      certificate.serial_number(), certificate.subject_alt_name()});
}

std::vector<std::string> certificate_usages(CertificateHandle& handle) {
  return tidied(handle.certificate.extended_key_usage());
}

bool certificate_is_ca(CertificateHandle& handle) { return tidied(handle.certificate.is_ca()); }
Bytes certificate_der(CertificateHandle& handle) { return handle.certificate.der(); }

js::Result<std::unique_ptr<KeyHandle>> certificate_public_key(CertificateHandle& handle) {
  auto key = tidied(handle.certificate.public_key());
  if (!key) return std::unexpected(exception_of(std::move(key.error())));
  return std::make_unique<KeyHandle>(std::move(*key));
}

bool certificate_is_for(CertificateHandle& handle, std::string kind, std::string name) {
  using enum crypto::Certificate::NameKind;
  const auto name_kind = kind == "host" ? host : kind == "email" ? email : address;
  return tidied(handle.certificate.is_for(name_kind, name));
}

bool certificate_is_issued_by(CertificateHandle& handle, CertificateHandle& issuer) {
  return tidied(handle.certificate.is_issued_by(issuer.certificate));
}

bool certificate_is_signed_by(CertificateHandle& handle, KeyHandle& key) {
  return tidied(handle.certificate.is_signed_by(*key.key));
}

bool certificate_has_key(CertificateHandle& handle, KeyHandle& key) {
  return tidied(handle.certificate.has_key(*key.key));
}

constexpr js::Native table[] = {
    js::native<&random_secret_key>("randomSecretKey"),
    js::native<&generate_pair>("generatePair"),
    js::native<&generate_rsa>("generateRsa"),
    js::native<&secret_key>("secretKey"),
    js::native<&secret_bytes>("secretBytes"),
    js::native<&key_from_spki>("keyFromSpki"),
    js::native<&key_from_pkcs8>("keyFromPkcs8"),
    js::native<&key_spki>("keySpki"),
    js::native<&key_pkcs8>("keyPkcs8"),
    js::native<&raw_public_key>("rawPublicKey"),
    js::native<&raw_private_key>("rawPrivateKey"),
    js::native<&raw_public_of>("rawPublicOf"),
    js::native<&raw_private_of>("rawPrivateOf"),
    js::native<&rsa_public_key>("rsaPublicKey"),
    js::native<&rsa_private_key>("rsaPrivateKey"),
    js::native<&rsa_numbers>("rsaNumbers"),
    js::native<&ec_key>("ecKey"),
    js::native<&ec_numbers>("ecNumbers"),
    js::native<&key_kind>("keyKind"),
    js::native<&modulus_bits>("modulusBits"),
    js::native<&public_half>("publicHalf"),
    js::native<&certificate_read>("certificateRead"),
    js::native<&certificate_facts>("certificateFacts"),
    js::native<&certificate_usages>("certificateUsages"),
    js::native<&certificate_is_ca>("certificateIsCa"),
    js::native<&certificate_der>("certificateDer"),
    js::native<&certificate_public_key>("certificatePublicKey"),
    js::native<&certificate_is_for>("certificateIsFor"),
    js::native<&certificate_is_issued_by>("certificateIsIssuedBy"),
    js::native<&certificate_is_signed_by>("certificateIsSignedBy"),
    js::native<&certificate_has_key>("certificateHasKey"),
};

}  // namespace

constinit const std::span<const js::Native> crypto_key_natives = table;

}  // namespace edge::bindings
