// Makes CAs, certificates and CRLs: for the development server, for `cert()` and `crl()` of policy tests, for
// ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/openssl.h"

namespace edge::tls {

enum class KeyType : std::uint8_t { ec_p256, ec_p384, rsa_2048, rsa_3072, rsa_4096, ed25519 };

struct CertificateRequest {
  std::vector<std::pair<std::string, std::string>> subject = {{"CN", "client"}};  ///< in DER order
  std::vector<std::string> dns = {}, uri = {}, email = {}, ip = {};
  std::vector<std::string> extended_key_usage = {"clientAuth"};  ///< short names or OIDs; empty: no extension
  std::optional<std::vector<std::string>> key_usage =
      {};  ///< "digitalSignature", …; default: what the kind needs
  std::optional<Bytes> serial =
      {};  ///< big-endian magnitude as DER content octets; default: 16 random bytes, positive
  std::int64_t not_before = 0, not_after = 0;  ///< seconds since 1970; 0: an hour ago, in a year
  bool ca = false;
  int path_length = -1;
  KeyType key = KeyType::ec_p256;
  std::vector<std::pair<std::string, Bytes>> extensions = {};  ///< dotted OID and DER value, not critical
  std::vector<std::string> crl_urls = {};  ///< of its cRLDistributionPoints; empty: no extension
};

/// A certificate with its private key.
struct Identity {
  X509Ptr certificate;
  KeyPtr key;
  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem() const;
  [[nodiscard]] Bytes certificate_der() const;
};

/// A self-signed certificate: a root CA when `request.ca`.
Result<Identity> make_self_signed(const CertificateRequest& request);
Result<Identity> issue(const Identity& ca, const CertificateRequest& request);

/// One entry of a list with a date and a reason of its own.
struct CrlEntryRequest {
  Bytes serial;             ///< DER content octets
  std::int64_t date = 0;    ///< seconds since 1970
  std::uint8_t reason = 0;  ///< CRLReason; 0: the entry has no reason
};

struct CrlRequest {
  std::vector<Bytes> serials = {};                ///< each revoked when the list is issued, for `reason`
  std::int64_t this_update = 0, next_update = 0;  ///< 0: now, in 30 days; next_update -1: none
  std::optional<std::uint64_t> number = 1;
  std::uint8_t reason = 0;
  std::vector<CrlEntryRequest> entries = {};  ///< besides `serials`
};
/// DER of a list signed by `ca`.
Result<Bytes> make_crl(const Identity& ca, const CrlRequest& request);

std::string pem_of_crl(BytesView der);
/// Every certificate of a PEM file's text; fails, naming `source`, when there is none or one is broken.
Result<std::vector<X509Ptr>> certificates_from_pem(const std::string& pem, const std::string& source);
Result<X509Ptr> certificate_from_der(BytesView der);
Bytes certificate_to_der(const x509_st* certificate);

}  // namespace edge::tls
