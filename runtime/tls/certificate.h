// The structured, misuse-proof view of a certificate: `request.cf.tlsClientAuth.cert` without its verdict.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"

struct x509_st;

namespace edge::tls {

/// One attribute of a relative distinguished name: type is the short name ("CN") or dotted OID, value is
/// UTF-8.
struct NameAttribute {
  std::string type;
  std::string value;
  bool operator==(const NameAttribute&) const = default;
};
using RelativeName = std::vector<NameAttribute>;

struct CertificateDetails {
  std::vector<RelativeName> subject, issuer;  ///< in DER order
  std::vector<std::string> san_dns, san_uri, san_email, san_ip;
  std::string serial;  ///< as ClientAuth::serial
  std::string sha256;
  std::int64_t not_before = 0, not_after = 0;   ///< seconds since 1970
  std::vector<std::string> extended_key_usage;  ///< "clientAuth", "serverAuth", … or dotted OIDs
  std::string spiffe_id;      ///< the URI SAN, where there is exactly one and it is spiffe://
  std::string key_algorithm;  ///< "RSA", "EC", "Ed25519", …
  int key_bits = 0;
  std::string key_curve;                                  ///< "P-256"; "" for keys without one
  std::string spki_sha256;                                ///< lower-case hex
  std::vector<std::pair<std::string, Bytes>> extensions;  ///< dotted OID, DER of the value
};

/// Fails for what T30 names: a NUL inside a dNSName, rfc822Name or URI, and for DER that is no certificate.
Result<CertificateDetails> certificate_details(BytesView der);

/// Fails where certificate_details() would for a name: verify_client_chain() trusts no such certificate.
Result<> check_names(const x509_st* certificate);

}  // namespace edge::tls
