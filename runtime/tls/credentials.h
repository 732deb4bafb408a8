// Certificates and keys read from PEM files, with messages that name option, file and remedy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/tls/openssl.h"

namespace edge::tls {

/// What one side of a handshake presents.
struct Credentials {
  std::vector<X509Ptr> chain;  ///< leaf first
  KeyPtr key;
};

struct CredentialFiles {
  std::string certificate, key;
  std::string_view certificate_option, key_option;  ///< for messages: "tls_cert", "tls_key"
};
Result<Credentials> load_credentials(const CredentialFiles& files);

/// Puts them into a context; fails for what its security level refuses.
Result<> use_credentials(ssl_ctx_st* context, const Credentials& credentials, const CredentialFiles& files);

/// What the certificates of a file may be.
enum class Anchors : std::uint8_t {
  authorities,  ///< each is a CA (CA:TRUE)
  any,          ///< a self-signed server certificate will do too
};
/// The certificates of all files, each once; never empty. Fails for one that has expired.
Result<std::vector<X509Ptr>> load_anchors(const std::vector<std::string>& files, std::string_view option,
                                          Anchors kind);

}  // namespace edge::tls
