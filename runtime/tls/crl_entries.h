// The entries of a revocation list, walked in place. OpenSSL allocates six objects for each entry, which a
// list of a million pays with seconds and hundreds of MiB, so it gets the list without them: names, dates and
// signatures stay its job.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/crl.h"

namespace edge::tls {

/// The parts of a CertificateList (RFC 5280 section 5.1). The views look into the DER that was split.
struct CrlParts {
  BytesView signed_part;  ///< tbsCertList, header included: what the signature covers
  BytesView entries;      ///< content of revokedCertificates; empty when there is none
  Bytes without_entries;  ///< the same list with revokedCertificates left out
};

/// Messages of both lack the source. Fails for anything that is not the DER of a list.
Result<CrlParts> split_crl(BytesView der);
/// CRLReason removeFromCRL: a delta says that a hold was lifted.
inline constexpr std::uint8_t remove_from_crl = 8;

struct ListedEntries {
  std::vector<RevokedEntry> entries;
  std::vector<Bytes> issuers;  ///< DER of the names that RevokedEntry::issuer counts from 1
};
/// Fails for an unknown critical extension (T56) or what is not DER.
Result<ListedEntries> read_entries(BytesView entries);

}  // namespace edge::tls
