// The facts about a client's certificate as Cloudflare words them: the 21 values of request.cf.tlsClientAuth.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"

struct x509_st;

namespace edge::tls {

/// The values of `request.cf.tlsClientAuth` in Cloudflare's order; without a certificate every default holds.
/// https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties
struct ClientAuth {
  std::string presented = "0";                        ///< "1" also for an invalid certificate
  std::string verified = "NONE";                      ///< "SUCCESS" | "FAILED:reason" | "FAILED" | "NONE"
  std::string revoked = "0";                          ///< "1": verified stays "SUCCESS"
  std::string issuer_dn, subject_dn;                  ///< RFC 2253 order and escaping
  std::string issuer_dn_rfc2253, subject_dn_rfc2253;  ///< the same
  std::string issuer_dn_legacy, subject_dn_legacy;    ///< "/C=US/CN=x"; ambiguous, never to be matched on
  std::string serial;         ///< upper-case hex of the DER content octets: a high-bit serial keeps its 00
  std::string issuer_serial;  ///< of the issuing CA's certificate; "" when it is not known
  std::string ski, issuer_ski;
  std::string fingerprint_sha1, fingerprint_sha256;  ///< lower-case hex
  std::string not_before, not_after;                 ///< "Nov  1 17:00:00 2029 GMT"
  std::string rfc9440;                               ///< ":base64:" of the leaf; "" when too large
  bool rfc9440_too_large = false;                    ///< over 10 KiB encoded
  std::string chain_rfc9440;                         ///< the certificates sent after the leaf, as sent
  bool chain_rfc9440_too_large = false;              ///< over 16 KiB encoded
};

/// One row per value, in Cloudflare's order: the JavaScript name and where the value is. Walked by the
/// builder of the `cf` object, by tests and by the documentation's check.
struct ClientAuthField {
  std::string_view name;
  std::string ClientAuth::* text;
  bool ClientAuth::* flag;  ///< set instead of `text` for the two booleans
};
extern const std::array<ClientAuthField, 21> client_auth_fields;

/// What verification found: X509_V_* code, and the issuer where the chain led to one.
struct Verification {
  int code = 0;               ///< X509_V_OK or the last error, as nginx reports it
  x509_st* issuer = nullptr;  ///< borrowed; the leaf's issuer, null when it is not known
};

/// All values for a leaf that was presented, with the certificates sent after it, in their order.
ClientAuth client_auth_of(const x509_st* leaf, const std::vector<const x509_st*>& sent_after_leaf,
                          const Verification& verification);

/// "SUCCESS", or "FAILED:" and the reason in Cloudflare's (BoringSSL's) words, or bare "FAILED" where it has
/// none.
std::string verified_text(int x509_error_code);

/// RFC 9440 section 2.2: a certificate as a structured-field byte sequence.
std::string rfc9440_item(BytesView der);
/// RFC 9440 section 2.3: certificates as a structured-field list; "" for none.
std::string rfc9440_list(const std::vector<Bytes>& certificates);
/// What a header may hold of certificates, in bytes of their RFC 9440 form: Cloudflare's limits (T25).
inline constexpr std::size_t rfc9440_leaf_bytes_max = 10 * 1024;
inline constexpr std::size_t rfc9440_chain_bytes_max = 16 * 1024;

}  // namespace edge::tls
