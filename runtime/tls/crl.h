// One certificate revocation list: read from DER, PEM or base64-DER, its signature checked against the CAs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/tls/openssl.h"
#include "runtime/tls/revocation_scope.h"

namespace edge::tls {

/// A serial number of a list's entry: DER content octets, minimal. Held in place, because lists hold a
/// million.
class ListedSerial {
 public:
  static constexpr std::size_t octets_max = 21;  ///< 20 by RFC 5280 section 4.1.2.2, and the sign's 00
  ListedSerial() = default;
  /// False, and empty, when `octets` are too many.
  bool assign(BytesView octets);
  [[nodiscard]] BytesView octets() const { return {octets_.data(), size_}; }
  operator BytesView() const { return octets(); }

 private:
  std::array<std::uint8_t, octets_max> octets_{};
  std::uint8_t size_ = 0;
};

struct RevokedEntry {
  ListedSerial serial;
  std::uint16_t issuer = 0;  ///< 0: the list's own; else 1 + an index of Crl::other_issuers
  std::uint8_t reason = 0;   ///< RFC 5280 section 5.3.1 CRLReason; 0 unspecified
  std::uint32_t date = 0;    ///< seconds since 1970, good until 2106
};

struct Crl {
  std::string source;  ///< the file, for messages and `cert.crl.source`
  ListSignature by;
  std::string issuer_name;  ///< RFC 2253
  ListScope scope;
  std::vector<RevocationKey>
      signer_keys;  ///< of the signer's own chain: lists of a revoked signer vouch for nobody
  Bytes number;     ///< CRLNumber, big-endian without leading 00; empty: cfssl writes none
  std::int64_t this_update = 0;
  std::int64_t next_update = 0;  ///< 0: the list has none, which RFC 5280 forbids and X.509 allows
  std::array<std::uint8_t, 32> sha256{};
  std::vector<RevokedEntry> entries;
  std::vector<NameId> other_issuers;  ///< of an indirect list's entries
  /// BaseCRLNumber: this is a delta, which says what changed since the complete list of that number
  /// (RFC 5280 section 5.2.4).
  std::optional<Bytes> base;
};

/// Who may sign lists: a CA of the site, or a certificate that one of them vouches for.
struct ListSigner {
  X509Ptr certificate;
  ListSignature id;
  std::vector<RevocationKey> keys = {};  ///< of its chain, itself first; a root has none
};
struct SignerSources {
  const std::vector<X509Ptr>& cas;
  const std::vector<X509Ptr>& others;
  TrustAnchors anchors = TrustAnchors::roots;  ///< as the site's clients are verified
};
/// The CAs as they are; of the others those that verify with them, and have no keyUsage against it. The rest
/// is told in `left_out`, if given.
std::vector<ListSigner> list_signers(const SignerSources& sources, std::int64_t now,
                                     std::vector<std::string>* left_out = nullptr);

/// Reads every list in `bytes`. Fails, naming `source`, for: no list at all, a signature that no one of
/// `signers` made, a signer without cRLSign, an unknown critical extension (T56), thisUpdate in the future
/// (T52). An expired list is read: what it revokes stays revoked (T51). An empty list is valid (T53).
Result<std::vector<Crl>> parse_crls(BytesView bytes, const std::string& source,
                                    const std::vector<ListSigner>& signers, std::int64_t now);
/// With `cas` alone as signers.
Result<std::vector<Crl>> parse_crls(BytesView bytes, const std::string& source,
                                    const std::vector<X509Ptr>& cas, std::int64_t now);

/// Applies each delta to the complete lists that it is for (RFC 5280 section 6.3.3 (c)), which then speak for
/// as long as the delta does. A delta without one stays: what it revokes is revoked, and it vouches for
/// nobody.
void merge_deltas(std::vector<Crl>& lists);

/// How far a list's thisUpdate may lie ahead: clocks of two machines differ.
inline constexpr std::int64_t crl_clock_skew_max = 300;

}  // namespace edge::tls
