// What a revocation list says of itself, for people: read without knowing its CA, so nothing of it is
// trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/crl.h"

namespace edge::tls {

struct CrlExtension {
  std::string oid, name;  ///< dotted; what OpenSSL calls it, else the oid again
  bool critical = false;
};

struct CrlFacts {
  std::string issuer;               ///< RFC 2253
  std::string authority_key;        ///< upper-case hex of the authorityKeyIdentifier's key id; "" without one
  Bytes number;                     ///< as Crl::number
  std::optional<Bytes> base;        ///< as Crl::base
  std::int64_t this_update = 0;     ///< seconds since 1970
  std::int64_t next_update = 0;     ///< 0: it has none
  ListScope scope;                  ///< of its issuingDistributionPoint
  std::vector<std::string> points;  ///< that one's names as text
  std::vector<CrlExtension> extensions;
  std::string algorithm;  ///< of the signature: "ecdsa-with-SHA256"
  std::array<std::uint8_t, 32> sha256{};
  std::size_t bytes = 0;
  std::vector<RevokedEntry> entries;
  std::vector<std::string> other_issuers;  ///< RFC 2253; what RevokedEntry::issuer counts from 1
  /// Why no server would take it, whoever signed it; sentence fragments.
  std::vector<std::string> problems;
};

/// Every list in `bytes` (DER, PEM, base64 of DER). Fails, naming `source`, when there is none or one is not
/// the DER of a list; what is wrong inside is in CrlFacts::problems.
Result<std::vector<CrlFacts>> crl_facts(BytesView bytes, const std::string& source);

/// `text` with what could move a terminal's cursor or fake a line made visible: \xHH.
std::string printable(std::string_view text);

}  // namespace edge::tls
