// The fields that headers of the operator's own can have.
#include "runtime/http/forward_fields.h"

#include <doctest/doctest.h>

#include "runtime/base/forward_header.h"
#include "tests/http/told_client.h"

using namespace edge;
using namespace edge::http;
using namespace edge::http::testing;

TEST_CASE("a field of the operator's choice is told of good clients only, unless it says how good one is") {
  for (const std::string_view field : forward_fields) {
    CAPTURE(field);
    const bool is_verdict = field == "certPresented" || field == "certVerified" || field == "certRevoked" ||
                            field.ends_with("TooLarge") || field == "cert.state" || field == "cert.ok" ||
                            field.starts_with("tls");
    const HeaderList failed = told(std::string(field), failed_peer());
    CHECK((failed.size() > 0) <= is_verdict);
    const HeaderList good = told(std::string(field), good_peer());
    for (std::size_t i = 0; i < good.size(); ++i) CHECK(is_field_value(good[i].value));
  }
  CHECK(told("cert.state", revoked_peer()).find("X-Told") == "revoked");
  CHECK(told("cert.ok", revoked_peer()).find("X-Told") == "false");
  CHECK(told("certVerified", failed_peer()).find("X-Told") == "FAILED:certificate has expired");
}

TEST_CASE("the fields have the values that scripts see") {
  const tls::Peer peer = good_peer();
  const std::pair<std::string, std::string> expected[] = {
      {"certSerial", "00936E"},
      {"certSubjectDN", "CN=client,O=Ex\\, Inc"},
      {"certFingerprintSHA256", peer.client->auth.fingerprint_sha256},
      {"certRFC9440", peer.client->auth.rfc9440},
      {"certChainRFC9440TooLarge", "false"},
      {"cert.state", "verified"},
      {"cert.commonName", "client"},
      {"cert.san.dns", R"("a.example", "b.example")"},
      {"cert.spiffeId", "spiffe://example/client"},
      {"cert.notAfter", "2030-03-17T17:46:40Z"},
      {"cert.der", base64(peer.client->leaf_der)},
      {"cert.issuers", tls::rfc9440_list(peer.client->issuers_der)},
      {"tlsVersion", "TLSv1.3"},
  };
  for (const auto& [field, value] : expected) CHECK(told(field, peer).find("X-Told") == value);
  CHECK(told("cert.san.email", peer).size() == 0);
}

TEST_CASE("T32: of two common names none is told") {
  const tls::Peer two = peer_with({.subject = {{"CN", "client"}, {"CN", "admin"}}});
  CHECK(told("cert.commonName", two).size() == 0);
}

TEST_CASE("T24: a certificate's bytes cannot make a header of their own") {
  tls::Peer peer = good_peer();
  peer.client.edit().auth.subject_dn = std::string("CN=a\r\nX-Admin: 1\0b\x7f", 19);
  const HeaderList headers = told("certSubjectDN", peer);
  CHECK(headers.find("X-Told") == "CN=a\\0D\\0AX-Admin: 1\\00b\\7F");
}
