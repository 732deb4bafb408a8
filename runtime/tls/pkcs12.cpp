// Makes PKCS #12 files.
#include "runtime/tls/pkcs12.h"

#include <openssl/pkcs12.h>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs_parts.h"

namespace edge::tls {
namespace {

/// OWASP's number for PBKDF2 with SHA-256; a file may lie in a mailbox for years.
constexpr int iterations = 600'000;

using Pfx = std::unique_ptr<PKCS12, decltype([](PKCS12* p) { PKCS12_free(p); })>;
using Chain = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * p) { sk_X509_free(p); })>;

}  // namespace

Result<Bytes> make_pkcs12(const Identity& identity, const Pkcs12Request& request) {
  const ErrorMark mark;
  if (request.password.empty()) return fail(ErrorKind::config, "a PKCS #12 file needs a password");
  const Chain chain{sk_X509_new_null()};
  for (const X509* one : request.chain) sk_X509_push(chain.get(), const_cast<X509*>(one));
  const Pfx pfx{PKCS12_create(request.password.c_str(), request.name.c_str(), identity.key.get(),
                              identity.certificate.get(), chain.get(), NID_aes_256_cbc, NID_aes_256_cbc,
                              iterations, -1, 0)};
  if (pfx == nullptr) return openssl_failure("the PKCS #12 file cannot be made");
  if (PKCS12_set_mac(pfx.get(), request.password.c_str(), -1, nullptr, 0, iterations, EVP_sha256()) != 1)
    return openssl_failure("the PKCS #12 file cannot be sealed");
  unsigned char* der = nullptr;
  const int size = i2d_PKCS12(pfx.get(), &der);
  check(size > 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace edge::tls
