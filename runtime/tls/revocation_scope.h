// Which certificates a revocation list speaks for: the two halves that RFC 5280 section 6.3.3 compares, read
// from a list's issuingDistributionPoint and from a certificate's cRLDistributionPoints.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"

struct x509_st;
struct X509_crl_st;
struct X509_name_st;

namespace edge::tls {

/// Names the key that signs certificates and lists: SHA-256 over the subject name's and the public key's DER.
/// Two CAs of one name and different keys differ (T35).
using IssuerId = std::array<std::uint8_t, 32>;
IssuerId issuer_id_of(const x509_st* ca);

/// A name in the form that RFC 5280 section 7.1 compares (case and blanks do not count), hashed; or another
/// GeneralName, hashed as it is.
using NameId = std::array<std::uint8_t, 16>;
NameId name_id_of(const X509_name_st* name);

/// Bits 1 to 8 of ReasonFlags, RFC 5280 section 4.2.1.13.
using Reasons = std::uint16_t;
inline constexpr Reasons all_reasons = 0x1fe;

/// What a list's issuingDistributionPoint says (section 5.2.5); without one it speaks for everything.
struct ListScope {
  std::vector<NameId> names = {};  ///< of its distribution point; empty: any
  Reasons reasons = all_reasons;
  bool only_users = false, only_authorities = false, only_attributes = false;
  bool is_indirect = false;  ///< its entries may be of other issuers
  bool operator==(const ListScope&) const = default;
};
/// Fails for one that cannot be read, or contradicts itself.
Result<ListScope> scope_of(const X509_crl_st* list);

/// Where a certificate says that its revocation is told (section 4.2.1.13).
struct DistributionPoint {
  std::vector<NameId> names = {};
  std::vector<NameId> crl_issuers = {};  ///< empty: the certificate's issuer
  Reasons reasons = all_reasons;
  bool operator==(const DistributionPoint&) const = default;
};

/// The URLs among a certificate's distribution points.
std::vector<std::string> distribution_point_urls(const x509_st* certificate);

/// What is looked up for one certificate of a chain.
struct RevocationKey {
  IssuerId issuer{};
  Bytes serial = {};     ///< DER content octets, minimal: 00 only where the next bit is set
  IssuerId anchor{};     ///< the CA at the chain's end
  NameId issuer_name{};  ///< of `issuer`
  bool is_authority = false;
  std::vector<DistributionPoint> points = {};
  std::array<std::uint8_t, 32> sha256{};  ///< of the certificate
  std::array<std::uint8_t, 32> spki{};    ///< SHA-256 of its public key
  bool operator==(const RevocationKey&) const = default;
};

/// `anchor` and `issuer` are certificates of the chain that `certificate` verified with.
RevocationKey revocation_key_of(const x509_st* certificate, const x509_st* issuer, const x509_st* anchor);

/// Who signed a list.
struct ListSignature {
  IssuerId issuer{};
  NameId name{};      ///< of the list's issuer
  IssuerId anchor{};  ///< the CA at the end of the signer's chain
  bool operator==(const ListSignature&) const = default;
};

/// The reasons for which the list would name the certificate; none: it does not speak for it.
Reasons reasons_covered(const ListSignature& by, const ListScope& scope, const RevocationKey& key);
/// Whether an entry with the certificate's issuer and serial revokes it, in whatever part of that CA's lists
/// it stands.
bool may_revoke(const ListSignature& by, const ListScope& scope, const RevocationKey& key);

/// A chain's keys as octets, for tickets.
Bytes encode_keys(const std::vector<RevocationKey>& keys);
std::optional<std::vector<RevocationKey>> decode_keys(BytesView bytes);

}  // namespace edge::tls
