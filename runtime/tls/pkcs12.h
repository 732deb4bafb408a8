// A certificate, its chain and its key in one file with a password, as browsers and phones import them.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/certs.h"

namespace edge::tls {

struct Pkcs12Request {
  std::string name;                        ///< friendlyName: what a browser calls it
  std::string password;                    ///< UTF-8, not empty
  std::vector<const x509_st*> chain = {};  ///< after the certificate
};
/// DER of a PFX (RFC 7292): key and certificates encrypted with AES-256-CBC, keyed by PBKDF2, SHA-256
/// throughout. Fails for an empty password.
Result<Bytes> make_pkcs12(const Identity& identity, const Pkcs12Request& request);

}  // namespace edge::tls
