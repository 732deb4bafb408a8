// When certificates end: those that a site is configured with, and those that clients show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

struct x509_st;

namespace edge::tls {

/// What a certificate is for.
enum class CertificateUse : std::uint8_t { server, client_ca, crl_issuer, origin_ca, origin_client, client };
/// "server", "client_ca", … as log lines say it.
std::string_view name_of(CertificateUse use);

struct DatedCertificate {
  CertificateUse use = CertificateUse::client;
  std::string site;                            ///< its name; "a, b" of a certificate that several sites have
  std::string file;                            ///< "" of a client's
  std::string subject;                         ///< RFC 2253
  std::string serial, sha256;                  ///< in hex: upper case, lower case
  std::int64_t not_before = 0, not_after = 0;  ///< seconds since 1970
  bool operator==(const DatedCertificate&) const = default;
};

/// `certificate` in those words; use, site and file are the caller's.
DatedCertificate dated(const x509_st* certificate);

/// Every certificate in the files of `site`, chains included, each once for each use. A file that cannot be
/// read has none: whoever serves with it says so.
std::vector<DatedCertificate> configured_certificates(const SiteConfig& site);

/// Whole days from `now` to the end, rounded down; negative after it.
std::int64_t days_left(const DatedCertificate& certificate, std::int64_t now);

/// Config::expiry_days, or 30 and 14, which are Cloudflare's; the largest first.
std::vector<std::uint32_t> expiry_thresholds(const Config& config);

/// The smallest of `thresholds` (in days) that the certificate's end is within at `now`; nothing when it is
/// further away. One that is not less than the certificate's whole life does not count: who renews every day
/// is not told so every day.
std::optional<std::uint32_t> threshold_passed(const DatedCertificate& certificate,
                                              const std::vector<std::uint32_t>& thresholds, std::int64_t now);

/// When the next of `thresholds` will be passed, in seconds since 1970; nothing when none is left.
std::optional<std::int64_t> next_threshold(const DatedCertificate& certificate,
                                           const std::vector<std::uint32_t>& thresholds, std::int64_t now);

}  // namespace edge::tls
