// Reads the dates of certificates, and compares them with thresholds in days.
#include "runtime/tls/expiry.h"

#include <openssl/x509.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::tls {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;

std::vector<X509Ptr> certificates_in(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto certificates = certificates_from_pem(pem, file);
  return certificates ? std::move(*certificates) : std::vector<X509Ptr>{};
}

/// Whether the certificate lives longer than so many days.
bool counts(const DatedCertificate& certificate, std::uint32_t days) {
  return certificate.not_after - certificate.not_before > days * day;
}

std::int64_t passed_at(const DatedCertificate& certificate, std::uint32_t days) {
  return certificate.not_after - days * day;
}

}  // namespace

std::string_view name_of(CertificateUse use) {
  static constexpr std::string_view names[] = {"server",    "client_ca",     "crl_issuer",
                                               "origin_ca", "origin_client", "client"};
  return names[static_cast<std::size_t>(use)];
}

DatedCertificate dated(const X509* certificate) {
  return {.use = CertificateUse::client,
          .site = {},
          .file = {},
          .subject = name_rfc2253(X509_get_subject_name(certificate)),
          .serial = hex_upper(integer_octets(X509_get0_serialNumber(certificate))),
          .sha256 = hex_lower(sha256(certificate_to_der(certificate))),
          .not_before = seconds_of(X509_get0_notBefore(certificate)).value_or(0),
          .not_after = seconds_of(X509_get0_notAfter(certificate)).value_or(0)};
}

std::vector<DatedCertificate> configured_certificates(const SiteConfig& site) {
  const ErrorMark mark;
  std::vector<DatedCertificate> found;
  const auto add = [&](CertificateUse use, const std::string& file) {
    if (file.empty()) return;
    for (const X509Ptr& certificate : certificates_in(file)) {
      DatedCertificate one = dated(certificate.get());
      one.use = use;
      one.site = site.name;
      one.file = file;
      const auto is_same = [&](const DatedCertificate& known) {
        return known.use == use && known.sha256 == one.sha256;
      };
      if (std::ranges::none_of(found, is_same)) found.push_back(std::move(one));
    }
  };
  add(CertificateUse::server, site.tls_cert);
  for (const std::string& file : site.client_ca) add(CertificateUse::client_ca, file);
  for (const std::string& file : site.crl_issuer) add(CertificateUse::crl_issuer, file);
  for (const std::string& file : site.origin_ca) add(CertificateUse::origin_ca, file);
  add(CertificateUse::origin_client, site.origin_cert);
  for (const MtlsCertificate& one : site.mtls_certificates) add(CertificateUse::origin_client, one.cert);
  return found;
}

std::int64_t days_left(const DatedCertificate& certificate, std::int64_t now) {
  const std::int64_t left = certificate.not_after - now;
  return left >= 0 ? left / day : -((-left + day - 1) / day);
}

std::vector<std::uint32_t> expiry_thresholds(const Config& config) {
  auto days = config.expiry_days;
  if (days.empty()) days = {30, 14};
  std::ranges::sort(days, std::greater());
  days.erase(std::ranges::unique(days).begin(), days.end());
  return days;
}

std::optional<std::uint32_t> threshold_passed(const DatedCertificate& certificate,
                                              const std::vector<std::uint32_t>& thresholds,
                                              std::int64_t now) {
  std::optional<std::uint32_t> passed;
  for (const std::uint32_t days : thresholds)
    if (counts(certificate, days) && now >= passed_at(certificate, days))
      passed = std::min(passed.value_or(days), days);
  return passed;
}

std::optional<std::int64_t> next_threshold(const DatedCertificate& certificate,
                                           const std::vector<std::uint32_t>& thresholds, std::int64_t now) {
  std::optional<std::int64_t> next;
  for (const std::uint32_t days : thresholds) {
    const std::int64_t at = passed_at(certificate, days);
    if (counts(certificate, days) && at > now) next = std::min(next.value_or(at), at);
  }
  return next;
}

}  // namespace edge::tls
