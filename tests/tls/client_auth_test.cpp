// The 21 values of request.cf.tlsClientAuth in Cloudflare's formats.
#include "runtime/tls/client_auth.h"

#include <doctest/doctest.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

namespace {

std::string json_of(const ClientAuth& auth) {
  std::string json = "{";
  for (const auto& field : client_auth_fields) {
    if (json.size() > 1) json += ",";
    json += "\"" + std::string(field.name) + "\":";
    json += field.text != nullptr ? "\"" + auth.*field.text + "\"" : auth.*field.flag ? "true" : "false";
  }
  return json + "}";
}

ClientAuth auth_of(const Identity& leaf, const std::vector<const X509*>& sent = {},
                   Verification verification = {}) {
  return client_auth_of(leaf.certificate.get(), sent, verification);
}

/// A leaf whose DER has about `bytes` bytes.
Identity leaf_of_size(const Identity& ca, std::size_t bytes) {
  CertificateRequest request;
  request.extensions = {{"1.2.3.4", Bytes(bytes)}};
  return pki::leaf(ca, request);
}

}  // namespace

TEST_CASE("without a certificate the placeholder object is Cloudflare's, byte for byte") {
  CHECK(
      json_of(ClientAuth{}) ==
      R"({"certPresented":"0","certVerified":"NONE","certRevoked":"0","certIssuerDN":"","certSubjectDN":"",)"
      R"("certIssuerDNRFC2253":"","certSubjectDNRFC2253":"","certIssuerDNLegacy":"","certSubjectDNLegacy":"",)"
      R"("certSerial":"","certIssuerSerial":"","certSKI":"","certIssuerSKI":"","certFingerprintSHA1":"",)"
      R"("certFingerprintSHA256":"","certNotBefore":"","certNotAfter":"","certRFC9440":"",)"
      R"("certRFC9440TooLarge":false,"certChainRFC9440":"","certChainRFC9440TooLarge":false})");
}

TEST_CASE("the documented example's values come out as documented") {
  CertificateRequest ca_request;
  ca_request.subject = {{"C", "US"},
                        {"ST", "California"},
                        {"L", "San Francisco"},
                        {"O", "Cloudflare, Inc."},
                        {"OU", "www.cloudflare.com"},
                        {"CN", "Managed CA abcdefghijklmnopq123456789"}};
  ca_request.ca = true;
  const auto ca = make_self_signed(ca_request).value();
  CertificateRequest request;
  request.subject = {{"C", "US"}, {"CN", "Cloudflare"}};
  request.serial = Bytes{0x37, 0xC5, 0x27, 0x78, 0xE2, 0xF1, 0x82, 0x0C, 0xC6, 0x34,
                         0x21, 0x72, 0xA0, 0xE0, 0xED, 0x33, 0xA4, 0x55, 0x5F, 0x8B};
  request.not_before = 1716678660;  // 2024-05-25T23:11:00Z
  request.not_after = 2032038660;   // 2034-05-23T23:11:00Z
  const auto auth = auth_of(pki::leaf(ca, request), {}, {.code = X509_V_OK, .issuer = ca.certificate.get()});
  CHECK(auth.presented == "1");
  CHECK(auth.verified == "SUCCESS");
  CHECK(auth.revoked == "0");
  CHECK(auth.issuer_dn ==
        R"(CN=Managed CA abcdefghijklmnopq123456789,OU=www.cloudflare.com,O=Cloudflare\, Inc.,)"
        R"(L=San Francisco,ST=California,C=US)");
  CHECK(auth.subject_dn == "CN=Cloudflare,C=US");
  CHECK(auth.issuer_dn_rfc2253 == auth.issuer_dn);
  CHECK(auth.subject_dn_rfc2253 == auth.subject_dn);
  CHECK(auth.issuer_dn_legacy ==
        "/C=US/ST=California/L=San Francisco/O=Cloudflare, Inc./OU=www.cloudflare.com/CN=Managed CA "
        "abcdefghijklmnopq123456789");
  CHECK(auth.subject_dn_legacy == "/C=US/CN=Cloudflare");
  CHECK(auth.serial == "37C52778E2F1820CC6342172A0E0ED33A4555F8B");
  CHECK(auth.not_before == "May 25 23:11:00 2024 GMT");
  CHECK(auth.not_after == "May 23 23:11:00 2034 GMT");
}

TEST_CASE("days below ten are padded by a space, and dates from 2050 on are read") {
  CertificateRequest request;
  request.not_before = 1888246800;  // 2029-11-01T17:00:00Z
  request.not_after = 2556147723;   // 2051-01-01T01:02:03Z
  const auto auth = auth_of(pki::leaf(pki::root("ca"), request));
  CHECK(auth.not_before == "Nov  1 17:00:00 2029 GMT");
  CHECK(auth.not_after == "Jan  1 01:02:03 2051 GMT");
}

TEST_CASE("T34: a serial is the upper-case hex of its DER content octets") {
  const auto ca = pki::root("ca");
  const std::map<std::string, Bytes> serials = {
      {"00936EACBE07F201DF", {0x00, 0x93, 0x6E, 0xAC, 0xBE, 0x07, 0xF2, 0x01, 0xDF}},
      {"00", {0x00}},
      {"05", {0x05}},
      {"FF", {0xFF}},
      {"F0", {0xF0}},
      {"0102", {0x01, 0x02}}};
  for (const auto& [text, octets] : serials) {
    CertificateRequest request;
    request.serial = octets;
    CHECK(auth_of(pki::leaf(ca, request)).serial == text);
  }
}

TEST_CASE("the issuer's serial and key id come from its certificate, and are empty when it is not known") {
  CertificateRequest ca_request;
  ca_request.serial = Bytes{0x26, 0x88};
  const auto ca = pki::root("ca", ca_request);
  const auto leaf = pki::leaf(ca);
  const auto known = auth_of(leaf, {}, {.code = 0, .issuer = ca.certificate.get()});
  CHECK(known.issuer_serial == "2688");
  CHECK(known.issuer_ski.size() == 40);
  CHECK(known.issuer_ski.find_first_not_of("0123456789ABCDEF") == std::string::npos);
  CHECK(known.issuer_ski == auth_of(ca).ski);
  CHECK(known.ski.size() == 40);
  CHECK(known.ski != known.issuer_ski);
  const auto unknown =
      auth_of(leaf, {}, {.code = X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, .issuer = nullptr});
  CHECK(unknown.issuer_serial.empty());
  CHECK(unknown.issuer_ski.empty());
  CHECK(unknown.issuer_dn == "CN=ca");
  CHECK(unknown.ski == known.ski);
}

TEST_CASE("T38: fingerprints are lower-case hex of the whole certificate") {
  const auto leaf = pki::leaf(pki::root("ca"));
  const auto auth = auth_of(leaf);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(leaf.certificate.get(), EVP_sha256(), digest, &size);
  CHECK(auth.fingerprint_sha256 == hex_lower({digest, size}));
  X509_digest(leaf.certificate.get(), EVP_sha1(), digest, &size);
  CHECK(auth.fingerprint_sha1 == hex_lower({digest, size}));
}

TEST_CASE("T36: the facts are the leaf's, and what was sent after it is only repeated, in its order") {
  const auto ca = pki::root("ca");
  CertificateRequest admin_request;
  admin_request.subject = {{"CN", "admin"}};
  const auto leaf = pki::leaf(ca), admin = pki::leaf(ca, admin_request);
  const auto auth = auth_of(leaf, {admin.certificate.get(), ca.certificate.get()});
  CHECK(auth.subject_dn == "CN=client");
  CHECK(auth.rfc9440 == ":" + base64(leaf.certificate_der()) + ":");
  CHECK(auth.chain_rfc9440 ==
        ":" + base64(admin.certificate_der()) + ":, :" + base64(ca.certificate_der()) + ":");
}

TEST_CASE("T25: a leaf of more than 10 KiB encoded is flagged and left out") {
  const auto ca = pki::root("ca");
  const auto small = auth_of(leaf_of_size(ca, 7'000));
  CHECK_FALSE(small.rfc9440_too_large);
  CHECK(small.rfc9440.size() > 9'000);
  const auto large = auth_of(leaf_of_size(ca, 9'000));
  CHECK(large.rfc9440_too_large);
  CHECK(large.rfc9440.empty());
  CHECK(large.subject_dn == "CN=client");
}

TEST_CASE("T25: a chain of more than 16 KiB encoded is flagged and left out") {
  const auto ca = pki::root("ca");
  const auto part = leaf_of_size(ca, 5'600);
  const X509* x = part.certificate.get();
  const auto two = auth_of(pki::leaf(ca), {x, x});
  CHECK_FALSE(two.chain_rfc9440_too_large);
  CHECK(two.chain_rfc9440.size() > 15'000);
  const auto three = auth_of(pki::leaf(ca), {x, x, x});
  CHECK(three.chain_rfc9440_too_large);
  CHECK(three.chain_rfc9440.empty());
  CHECK_FALSE(three.rfc9440.empty());
}

TEST_CASE("T25: the limit is measured on the final string") {
  // 4 * ceil(7678 / 3) + 2 is 10 242, and 7 677 bytes make 10 238.
  const auto ca = pki::root("ca");
  const auto size_with = [&](std::size_t bytes) { return leaf_of_size(ca, bytes).certificate_der().size(); };
  std::size_t padding = 7'000;
  while (size_with(padding) < 7'677) padding += 1;  // ECDSA signatures differ by a byte or two
  for (std::size_t bytes = padding - 4; bytes < padding + 4; ++bytes) {
    const auto leaf = leaf_of_size(ca, bytes);
    const std::size_t encoded = (leaf.certificate_der().size() + 2) / 3 * 4 + 2;
    const auto auth = auth_of(leaf);
    CHECK(auth.rfc9440_too_large == (encoded > 10'240));
    CHECK(auth.rfc9440.size() == (encoded > 10'240 ? 0 : encoded));
  }
}

TEST_CASE("T24: a name with a line break stays on one line in every value") {
  CertificateRequest request;
  request.subject = {{"CN", "a\r\nX-Admin: 1"}};
  const auto auth = auth_of(pki::leaf(pki::root("ca"), request));
  for (const auto& field : client_auth_fields) {
    if (field.text == nullptr) continue;
    const std::string& value = auth.*field.text;
    CHECK(std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST_CASE("reasons are spelled as BoringSSL spells them") {
  const std::map<int, std::string> texts = {
      {X509_V_OK, "SUCCESS"},
      {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "FAILED:self signed certificate"},
      {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "FAILED:self signed certificate in certificate chain"},
      {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "FAILED:unable to verify the first certificate"},
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "FAILED:unable to get local issuer certificate"},
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "FAILED:unable to get issuer certificate"},
      {X509_V_ERR_CERT_SIGNATURE_FAILURE, "FAILED:certificate signature failure"},
      {X509_V_ERR_CERT_NOT_YET_VALID, "FAILED:certificate is not yet valid"},
      {X509_V_ERR_CERT_HAS_EXPIRED, "FAILED:certificate has expired"},
      {X509_V_ERR_CERT_CHAIN_TOO_LONG, "FAILED:certificate chain too long"},
      {X509_V_ERR_INVALID_CA, "FAILED:invalid CA certificate"},
      {X509_V_ERR_PATH_LENGTH_EXCEEDED, "FAILED:path length constraint exceeded"},
      {X509_V_ERR_INVALID_PURPOSE, "FAILED:unsupported certificate purpose"},
      {X509_V_ERR_CERT_UNTRUSTED, "FAILED:certificate not trusted"},
      {X509_V_ERR_CERT_REJECTED, "FAILED:certificate rejected"},
      {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "FAILED:unhandled critical extension"},
      {X509_V_ERR_PERMITTED_VIOLATION, "FAILED:permitted subtree violation"},
      {X509_V_ERR_EXCLUDED_VIOLATION, "FAILED:excluded subtree violation"},
      {X509_V_ERR_DIFFERENT_CRL_SCOPE, "FAILED:Different CRL scope"},
      {X509_V_ERR_UNSPECIFIED, "FAILED"},
      {X509_V_ERR_NO_ISSUER_PUBLIC_KEY, "FAILED"},
      {X509_V_ERR_EE_KEY_TOO_SMALL, "FAILED"},
      {X509_V_ERR_CA_MD_TOO_WEAK, "FAILED"},
      {X509_V_ERR_OCSP_VERIFY_NEEDED, "FAILED"},
      {9999, "FAILED"},
      {-1, "FAILED"},
  };
  for (const auto& [code, text] : texts) CHECK(verified_text(code) == text);
}
