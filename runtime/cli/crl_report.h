// Revocation lists in words and in JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/tls/crl_facts.h"

namespace edge::cli {

enum class Entries : std::uint8_t { counted, listed };

/// One list for people; dates are told from `now`, in seconds since 1970.
std::string crl_text(const tls::CrlFacts& list, Entries entries, std::int64_t now);
/// One list for programs, as an object: file, issuer, number, base, thisUpdate, nextUpdate, scope,
/// extensions, signatureAlgorithm, authorityKeyId, sha256, bytes, entryCount, problems; with `entries` each
/// serial, date and reason.
std::string crl_json(const tls::CrlFacts& list, const std::string& file, Entries entries);

/// Whom the list speaks for: "every certificate of its issuer", "users' certificates of http://…".
std::string scope_text(const tls::CrlFacts& list);
/// A CRLNumber in decimal and hexadecimal: "12 (0C)".
std::string number_text(BytesView number);

struct CrlDifference {
  struct Line {
    std::string issuer;  ///< "": the list's own
    Bytes serial;
    std::string text;  ///< "keyCompromise, 2026-11-22 06:00 UTC"
  };
  std::vector<Line> added, removed, changed;
  [[nodiscard]] bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};
/// What `newer` revokes and `older` does not, the reverse, and whose reason is another. Entries are compared
/// by issuer and serial, over all lists of a file.
CrlDifference difference(const std::vector<tls::CrlFacts>& older, const std::vector<tls::CrlFacts>& newer);

}  // namespace edge::cli
