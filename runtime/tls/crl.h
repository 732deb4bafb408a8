// One certificate revocation list: read from DER, PEM or base64-DER, its signature checked against the CAs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/openssl.h"

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
  std::uint8_t reason = 0;  ///< RFC 5280 section 5.3.1 CRLReason; 0 unspecified
  std::int64_t date = 0;    ///< seconds since 1970
};

/// Names the key that signs certificates and lists: SHA-256 over the subject name's and the public key's DER.
/// Two CAs of one name and different keys differ (T35).
using IssuerId = std::array<std::uint8_t, 32>;

struct Crl {
  std::string source;  ///< the file, for messages and `cert.crl.source`
  IssuerId issuer{};
  std::string issuer_name;  ///< RFC 2253
  Bytes number;             ///< CRLNumber, big-endian without leading 00; empty: cfssl writes none
  std::int64_t this_update = 0;
  std::int64_t next_update = 0;  ///< 0: the list has none, which RFC 5280 forbids and X.509 allows
  std::array<std::uint8_t, 32> sha256{};
  std::vector<RevokedEntry> entries;
};

IssuerId issuer_id_of(const x509_st* ca);

/// Reads every list in `bytes`. Fails, naming `source`, for: no list at all, a signature that no CA of `cas`
/// made, a CA without cRLSign, an unknown critical extension (T56), an issuing distribution point or a delta
/// indicator (this version merges neither, so it refuses both), thisUpdate in the future (T52). An expired
/// list is read: what it revokes stays revoked (T51). An empty list is valid (T53).
Result<std::vector<Crl>> parse_crls(BytesView bytes, const std::string& source,
                                    const std::vector<X509Ptr>& cas, std::int64_t now);

/// How far a list's thisUpdate may lie ahead: clocks of two machines differ.
inline constexpr std::int64_t crl_clock_skew_max = 300;

}  // namespace edge::tls
