// Certificates, keys and lists that are made here, and PEM that comes in.
#include "runtime/tls/certs.h"

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "runtime/tls/crl.h"
#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

TEST_CASE("a PEM text without a certificate is refused and names its source") {
  const auto ca = pki::root("ca");
  for (const std::string& text : {std::string(), std::string("garbage"), ca.key_pem()}) {
    const auto read = certificates_from_pem(text, "client-ca.pem");
    REQUIRE_FALSE(read);
    CHECK(read.error().message.starts_with("client-ca.pem: "));
    CHECK(read.error().kind == ErrorKind::config);
  }
}

TEST_CASE("a broken certificate among good ones is refused, with its place") {
  const std::string good = pki::root("ca").certificate_pem();
  std::string broken = good;
  broken.replace(40, 4, "AAAA");
  const auto read = certificates_from_pem(good + broken, "ca.pem");
  REQUIRE_FALSE(read);
  CHECK(read.error().message.contains("certificate 2"));
  CHECK_FALSE(certificates_from_pem(good + good.substr(0, good.size() / 2), "ca.pem"));
}

TEST_CASE("every certificate of a PEM text is read, whatever stands between") {
  const auto first = pki::root("first"), second = pki::root("second");
  const auto read = certificates_from_pem(
      "# a comment\n" + first.certificate_pem() + "\nText\n" + first.key_pem() + second.certificate_pem(),
      "x");
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK(certificate_to_der((*read)[0].get()) == first.certificate_der());
  CHECK(certificate_to_der((*read)[1].get()) == second.certificate_der());
}

TEST_CASE("requests that cannot be met are refused with a reason") {
  CertificateRequest bad_ip, bad_usage, bad_key_usage, bad_oid, bad_type, padded_serial, no_serial;
  bad_ip.ip = {"not-an-address"};
  bad_usage.extended_key_usage = {"nothing"};
  bad_key_usage.key_usage = std::vector<std::string>{"clientAuth"};
  bad_oid.extensions = {{"clientAuth!", {}}};
  bad_type.subject = {{"NOPE", "x"}};
  padded_serial.serial = Bytes{0x00, 0x01};
  no_serial.serial = Bytes{};
  for (const auto& request :
       {bad_ip, bad_usage, bad_key_usage, bad_oid, bad_type, padded_serial, no_serial}) {
    const auto made = make_self_signed(request);
    REQUIRE_FALSE(made);
    CHECK_FALSE(made.error().message.empty());
  }
}

TEST_CASE("what is issued verifies under its CA, for every type of key") {
  for (const KeyType type :
       {KeyType::ec_p256, KeyType::ec_p384, KeyType::rsa_2048, KeyType::rsa_3072, KeyType::ed25519}) {
    CertificateRequest request;
    request.key = type;
    const auto ca = pki::root("ca", request);
    const auto leaf = pki::leaf(ca, request);
    CHECK(X509_verify(leaf.certificate.get(), ca.key.get()) == 1);
    CHECK(X509_check_private_key(leaf.certificate.get(), leaf.key.get()) == 1);
    CHECK(X509_check_ca(ca.certificate.get()) == 1);
    CHECK(X509_check_ca(leaf.certificate.get()) == 0);
    CHECK(leaf.key_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
  }
}

TEST_CASE("T34: unusual serials are kept octet by octet") {
  const auto ca = pki::root("ca");
  for (const Bytes& octets : {Bytes{0xFF}, Bytes{0x00}, Bytes{0x00, 0x80}, Bytes(21, 0x11)}) {
    CertificateRequest request;
    request.serial = octets;
    const auto leaf = pki::leaf(ca, request);
    unsigned char* der = nullptr;
    const int size = i2d_ASN1_INTEGER(X509_get0_serialNumber(leaf.certificate.get()), &der);
    CHECK(Bytes(der + 2, der + size) == octets);
    OPENSSL_free(der);
  }
}

TEST_CASE("serials made by default are positive, of 16 octets, and differ") {
  const auto ca = pki::root("ca");
  const auto one = pki::leaf(ca), two = pki::leaf(ca);
  CHECK(ASN1_INTEGER_cmp(X509_get0_serialNumber(one.certificate.get()),
                         X509_get0_serialNumber(two.certificate.get())) != 0);
  CHECK(ASN1_STRING_length(X509_get0_serialNumber(one.certificate.get())) == 16);
}

TEST_CASE("a list made here is one that OpenSSL reads and verifies") {
  const auto ca = pki::root("ca");
  const auto der = make_crl(ca, {.serials = {{0x05}, {0x00, 0x80}}, .number = 7, .reason = 1}).value();
  const unsigned char* at = der.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
  REQUIRE(list != nullptr);
  CHECK(X509_CRL_verify(list.get(), ca.key.get()) == 1);
  CHECK(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list.get())) == 2);
  CHECK(pem_of_crl(der).starts_with("-----BEGIN X509 CRL-----\n"));
}

TEST_CASE(
    "entries of a list have dates and reasons of their own, and a certificate names where its list is") {
  const auto ca = pki::root("ca");
  CrlRequest request;
  request.entries = {{.serial = {0x05}, .date = 1'750'000'000, .reason = 1},
                     {.serial = {0x06}, .date = 1'760'000'000}};
  const auto list =
      parse_crls(make_crl(ca, request).value(), "x", pki::list_of(ca), pki::now()).value().front();
  REQUIRE(list.entries.size() == 2);
  CHECK(list.entries[0].date == 1'750'000'000);
  CHECK(list.entries[0].reason == 1);
  CHECK(list.entries[1].date == 1'760'000'000);
  CHECK(list.entries[1].reason == 0);
  CertificateRequest wanted;
  wanted.crl_urls = {"http://crl.example.com/a.crl"};
  CHECK(distribution_point_urls(pki::leaf(ca, wanted).certificate.get()) == wanted.crl_urls);
}

TEST_CASE("nothing stays in OpenSSL's error queue") {
  CHECK_FALSE(certificate_from_der(as_bytes("garbage")));
  CHECK(certificates_from_pem(pki::root("ca").certificate_pem(), "x").has_value());
  CHECK(ERR_peek_error() == 0);
}
