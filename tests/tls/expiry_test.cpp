// Which thresholds a certificate's end has passed at a given moment, and which certificates a site has.
#include "runtime/tls/expiry.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t day = 24 * 60 * 60;
constexpr std::int64_t end = 1'800'000'000;

DatedCertificate living(std::int64_t days) {
  DatedCertificate certificate;
  certificate.not_before = end - days * day;
  certificate.not_after = end;
  return certificate;
}

DatedCertificate of_a_year() { return living(365); }

std::string written(const pki::TemporaryFolder& folder, const std::string& name, const std::string& pem) {
  std::ofstream(folder.file(name), std::ios::binary) << pem;
  return folder.file(name);
}

}  // namespace

TEST_CASE("expiry: no threshold is passed while the end is further away than all of them") {
  const std::vector<std::uint32_t> days{30, 14};
  CHECK_FALSE(threshold_passed(of_a_year(), days, end - 30 * day - 1));
  CHECK_FALSE(threshold_passed(of_a_year(), {}, end));
  CHECK(next_threshold(of_a_year(), days, end - 100 * day) == end - 30 * day);
}

TEST_CASE("expiry: the smallest threshold that is passed counts, to the second") {
  const std::vector<std::uint32_t> days{30, 14, 0};
  CHECK(threshold_passed(of_a_year(), days, end - 30 * day) == 30);
  CHECK(threshold_passed(of_a_year(), days, end - 14 * day - 1) == 30);
  CHECK(threshold_passed(of_a_year(), days, end - 14 * day) == 14);
  CHECK(threshold_passed(of_a_year(), days, end - 1) == 14);
  CHECK(threshold_passed(of_a_year(), days, end) == 0);
  CHECK(threshold_passed(of_a_year(), days, end + 1000 * day) == 0);
  CHECK(next_threshold(of_a_year(), days, end - 14 * day) == end);
  CHECK_FALSE(next_threshold(of_a_year(), days, end));
}

TEST_CASE("expiry: a certificate that lives no longer than a threshold is not told of it") {
  const std::vector<std::uint32_t> days{30, 14};
  DatedCertificate certificate = living(14);
  CHECK_FALSE(threshold_passed(certificate, days, end - 1));
  CHECK_FALSE(next_threshold(certificate, days, end - 15 * day));
  certificate.not_before = end - 30 * day;
  CHECK(threshold_passed(certificate, days, end - 20 * day) == std::nullopt);
  CHECK(threshold_passed(certificate, days, end - 14 * day) == 14);
}

TEST_CASE("expiry: days are whole and rounded down, negative after the end") {
  CHECK(days_left(of_a_year(), end - 30 * day) == 30);
  CHECK(days_left(of_a_year(), end - 30 * day + 1) == 29);
  CHECK(days_left(of_a_year(), end - 1) == 0);
  CHECK(days_left(of_a_year(), end) == 0);
  CHECK(days_left(of_a_year(), end + 1) == -1);
  CHECK(days_left(of_a_year(), end + day + 1) == -2);
}

TEST_CASE("expiry: thresholds are Cloudflare's where none are configured, and in order") {
  Config config;
  CHECK(expiry_thresholds(config) == std::vector<std::uint32_t>{30, 14});
  config.expiry_days = {1, 60, 1, 7};
  CHECK(expiry_thresholds(config) == std::vector<std::uint32_t>{60, 7, 1});
}

TEST_CASE("expiry: every file of a site is read, chains included, and one that cannot be read has none") {
  const pki::TemporaryFolder folder;
  const Identity ca = pki::root("ca"), middle = pki::intermediate(ca, "middle");
  CertificateRequest request;
  request.not_after = end;
  const Identity server = pki::leaf(middle, request), origin = pki::leaf(ca), binding = pki::leaf(ca);
  SiteConfig site;
  site.name = "shop";
  site.tls_cert = written(folder, "server.pem", server.certificate_pem() + middle.certificate_pem());
  site.client_ca = {written(folder, "ca.pem", ca.certificate_pem()), folder.file("missing.pem"),
                    written(folder, "again.pem", ca.certificate_pem())};
  site.origin_ca = {written(folder, "garbage.pem", "nothing")};
  site.origin_cert = written(folder, "origin.pem", origin.certificate_pem());
  site.mtls_certificates = {
      {.binding = "CERT", .cert = written(folder, "binding.pem", binding.certificate_pem()), .key = ""}};
  const auto found = configured_certificates(site);
  REQUIRE(found.size() == 5);
  std::vector<std::string> uses;
  for (const DatedCertificate& one : found) {
    CHECK(one.site == "shop");
    CHECK(one.sha256.size() == 64);
    uses.emplace_back(name_of(one.use));
  }
  CHECK(uses == std::vector<std::string>{"server", "server", "client_ca", "origin_client", "origin_client"});
  CHECK(found[0].not_after == end);
  CHECK(found[1].subject == "CN=middle");
  CHECK(found[2].file == folder.file("ca.pem"));
}
