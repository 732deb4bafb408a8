// The structured view of a certificate, and what it refuses.
#include "runtime/tls/certificate.h"

#include <doctest/doctest.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;
using namespace std::string_literals;

namespace {
Result<CertificateDetails> details_of(const CertificateRequest& request) {
  return certificate_details(pki::leaf(pki::root("ca"), request).certificate_der());
}
}  // namespace

TEST_CASE("T30: a NUL inside a dNSName, URI or rfc822Name refuses the certificate") {
  CertificateRequest dns, uri, email;
  dns.dns = {"good.example\0.evil"s};
  uri.uri = {"spiffe://good/a\0b"s};
  email.email = {"a@good.example\0.evil"s};
  for (const auto& request : {dns, uri, email}) {
    const auto details = details_of(request);
    REQUIRE_FALSE(details);
    CHECK(details.error().message.contains("NUL"));
  }
}

TEST_CASE("T30: names outside ASCII and addresses of five octets refuse the certificate") {
  CertificateRequest dns;
  dns.dns = {
      "b\xFC"
      "cher.example"};
  CHECK_FALSE(details_of(dns));
  const auto ca = pki::root("ca");
  const auto odd = pki::bent(pki::leaf(ca), ca, [](X509* x) {
    GENERAL_NAMES* names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_OCTET_STRING* address = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(address, reinterpret_cast<const unsigned char*>("12345"), 5);
    GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    sk_GENERAL_NAME_push(names, name);
    X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND);
    GENERAL_NAMES_free(names);
  });
  CHECK_FALSE(certificate_details(odd.certificate_der()));
}

TEST_CASE("T30: two subjectAltName extensions refuse the certificate") {
  CertificateRequest request;
  request.dns = {"a.example"};
  request.extensions = {{"2.5.29.17", {0x30, 0x03, 0x82, 0x01, 'b'}}};
  CHECK_FALSE(details_of(request));
}

TEST_CASE("what is no certificate, or is followed by bytes, is refused") {
  CHECK_FALSE(certificate_details({}));
  CHECK_FALSE(certificate_details(as_bytes("garbage")));
  auto der = pki::root("ca").certificate_der();
  der.push_back(0);
  CHECK_FALSE(certificate_details(der));
  der.resize(der.size() / 2);
  CHECK_FALSE(certificate_details(der));
}

TEST_CASE("T31: alternative names are listed by type and never joined") {
  CertificateRequest request;
  request.dns = {"a.example, URI:spiffe://x", "a@b.example"};
  request.email = {"a@b.example", "a.example"};
  request.uri = {"https://a.example/"};
  request.ip = {"192.0.2.1", "2001:db8::1"};
  const auto details = details_of(request).value();
  CHECK(details.san_dns == request.dns);
  CHECK(details.san_email == request.email);
  CHECK(details.san_uri == request.uri);
  CHECK(details.san_ip == request.ip);
  CHECK(details.spiffe_id.empty());
}

TEST_CASE("T31: the SPIFFE id is the only URI, or there is none") {
  CertificateRequest request;
  request.uri = {"spiffe://example.org/a"};
  CHECK(details_of(request).value().spiffe_id == "spiffe://example.org/a");
  request.uri.push_back("spiffe://example.org/b");
  CHECK(details_of(request).value().spiffe_id.empty());
  request.uri[1] = "https://example.org/";
  CHECK(details_of(request).value().spiffe_id.empty());
}

TEST_CASE("T32: every attribute of the subject is listed, in the certificate's order") {
  CertificateRequest request;
  request.subject = {{"C", "US"}, {"CN", "one"}, {"CN", "two, + \" / ="}, {"1.2.3.4", "x"}};
  const auto details = details_of(request).value();
  REQUIRE(details.subject.size() == 4);
  CHECK(details.subject[1][0] == NameAttribute{"CN", "one"});
  CHECK(details.subject[2][0] == NameAttribute{"CN", "two, + \" / ="});
  CHECK(details.subject[3][0] == NameAttribute{"1.2.3.4", "x"});
  CHECK(details.issuer == std::vector<RelativeName>{{{"CN", "ca"}}});
}

TEST_CASE("dates, serial, digests, usages and extensions are told") {
  CertificateRequest request;
  request.serial = Bytes{0x00, 0x93, 0x6E};
  request.not_before = 1716678660;
  request.not_after = 2556147723;
  request.extended_key_usage = {"clientAuth", "serverAuth", "1.3.6.1.4.1.311.20.2.2"};
  request.extensions = {{"1.2.3.4.5", {0x05, 0x00}}};
  const auto identity = pki::leaf(pki::root("ca"), request);
  const auto details = certificate_details(identity.certificate_der()).value();
  CHECK(details.serial == "00936E");
  CHECK(details.not_before == request.not_before);
  CHECK(details.not_after == request.not_after);
  CHECK(details.extended_key_usage == request.extended_key_usage);
  CHECK(details.sha256.size() == 64);
  CHECK(details.spki_sha256.size() == 64);
  CHECK(std::ranges::contains(details.extensions, std::pair<std::string, Bytes>{"1.2.3.4.5", {0x05, 0x00}}));
  CHECK(std::ranges::contains(details.extensions, std::string("2.5.29.19"),
                              &std::pair<std::string, Bytes>::first));
}

TEST_CASE("keys are told by algorithm, size and curve") {
  const auto key_of = [](KeyType type) {
    CertificateRequest request;
    request.key = type;
    return details_of(request).value();
  };
  const auto ec = key_of(KeyType::ec_p256), rsa = key_of(KeyType::rsa_2048), ed = key_of(KeyType::ed25519);
  CHECK(ec.key_algorithm == "EC");
  CHECK(ec.key_curve == "P-256");
  CHECK(ec.key_bits == 256);
  CHECK(rsa.key_algorithm == "RSA");
  CHECK(rsa.key_curve.empty());
  CHECK(rsa.key_bits == 2048);
  CHECK(ed.key_algorithm == "Ed25519");
  CHECK(ed.key_curve.empty());
}

TEST_CASE("a certificate without extensions has none") {
  const auto ca = pki::root("ca");
  const auto bare = pki::bent(pki::leaf(ca), ca, [](X509* x) {
    while (X509_get_ext_count(x) > 0) X509_EXTENSION_free(X509_delete_ext(x, 0));
  });
  const auto details = certificate_details(bare.certificate_der()).value();
  CHECK(details.extensions.empty());
  CHECK(details.extended_key_usage.empty());
  CHECK(details.san_dns.empty());
}
