// Verifies a client's chain as nginx does: every error is noted, the last one is reported, the handshake goes
// on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/tls/openssl.h"
#include "runtime/tls/revocations.h"

namespace edge::tls {

/// OpenSSL's security level 2: at least 112 bits, so no RSA below 2048 bits and no SHA-1 (T41).
inline constexpr int security_level = 2;

/// What OpenSSL minds about one certificate of a chain.
struct ChainProblem {
  int code = 0;   ///< X509_V_ERR_*
  int depth = 0;  ///< index into ChainVerdict::chain
};

/// What a chain's verification found; remembered by leaf digest, so that the same client costs one
/// verification.
struct ChainVerdict {
  int code = 0;                        ///< X509_V_OK, or the last error
  std::vector<ChainProblem> problems;  ///< all errors, in the order they were found
  std::vector<X509Ptr> chain;          ///< as far as it was built, leaf first
  std::vector<RevocationKey> keys;     ///< leaf first; empty when no issuer is known
  X509Ptr issuer;                      ///< the leaf's issuer, where the chain led to one
  std::vector<Bytes> issuers_der;      ///< the chain above the leaf without its root, where it led to one
  std::int64_t good_until = 0;         ///< earliest notAfter of the chain: a remembered success ends there
};

/// Verifies `leaf` for client authentication against `anchors`, with `sent` as untrusted intermediates, at
/// `now`.
ChainVerdict verify_client_chain(x509_store_st* anchors, x509_st* leaf, const std::vector<x509_st*>& sent,
                                 int depth_max, std::int64_t now);

/// How strict a store of anchors is with the chains that end in it.
struct AnchorRules {
  TrustAnchors anchors = TrustAnchors::roots;
  int level = security_level;
  /// OpenSSL's X509_V_FLAG_X509_STRICT, and policies evaluated as RFC 5280 section 6.1 says, any being
  /// welcome.
  bool strict = false;
  /// OIDs (is_object_identifier), one of which must be valid for the whole chain; empty: none is asked for.
  std::vector<std::string> policies = {};
};
/// A store of trust anchors for client certificates. Fails for what is no CA.
Result<StorePtr> make_anchor_store(const std::vector<X509Ptr>& cas, const AnchorRules& rules = {});
/// Whether `text` is an OID in digits and dots, as "2.23.140.1.2.2".
bool is_object_identifier(const std::string& text);
/// Whether subject and issuer are one name, as a root's are.
bool is_self_issued(const x509_st* certificate);

}  // namespace edge::tls
