// OCSP (RFC 6960): what a responder is asked about one certificate, and whether what it answers can be
// trusted.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/revocation_scope.h"

struct x509_st;

namespace edge::tls {

/// The URLs of the responders that a certificate names in its authorityInfoAccess (RFC 5280 section 4.2.2.1).
std::vector<std::string> ocsp_urls(const x509_st* certificate);

/// DER of the CertID that names the certificate to responders (RFC 6960 section 4.1.1), over SHA-1, which is
/// the one digest that all of them know (RFC 5019 section 2.1.1). It names, and proves nothing.
Bytes ocsp_id_of(const x509_st* certificate, const x509_st* issuer);

/// DER of a request about one certificate, with a nonce (RFC 9654). Fails for what is no CertID.
Result<Bytes> ocsp_request(BytesView id);

/// What a responder says of one certificate.
struct OcspAnswer {
  enum class Status : std::uint8_t { good, revoked, unknown };
  Status status = Status::unknown;
  std::uint8_t reason = 0;      ///< of `revoked`: RFC 5280 section 5.3.1 CRLReason; 0 unspecified
  std::int64_t revoked_at = 0;  ///< of `revoked`, seconds since 1970
  std::int64_t this_update = 0;
  std::int64_t next_update = 0;  ///< 0: the responder knows news at any time
  /// The delegated responder's own certificate, unless its CA says that nobody need ask whether it is revoked
  /// (id-pkix-ocsp-nocheck, RFC 6960 section 4.2.2.2.1). Its chain is taken to end in its issuer.
  std::optional<RevocationKey> signer = {};
  /// When it is no longer to be relied on.
  [[nodiscard]] std::int64_t end() const;
  bool operator==(const OcspAnswer&) const = default;
};

/// How long an answer without nextUpdate counts as current.
inline constexpr std::int64_t ocsp_age_max = 3600;
/// How far an answer's thisUpdate may lie ahead: clocks of two machines differ.
inline constexpr std::int64_t ocsp_clock_skew_max = 300;

struct OcspResponse {
  BytesView der;
  BytesView request;                ///< what ocsp_request() made
  const x509_st* issuer = nullptr;  ///< of the certificate that was asked about
};

/// The answer of a response (RFC 6960 section 3.2). Fails, saying why, for an error of the responder, for a
/// signature that neither `issuer` made nor a certificate that `issuer` itself issued for OCSP, for SHA-1,
/// another certificate, another nonce, an unknown critical extension, a thisUpdate in the future, and an
/// answer that is overdue and does not revoke. A response without the nonce is taken: responders may sign
/// theirs beforehand.
Result<OcspAnswer> read_ocsp_response(const OcspResponse& response, std::int64_t now);

}  // namespace edge::tls
