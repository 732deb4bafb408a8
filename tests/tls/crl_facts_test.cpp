// What lists say of themselves, read without their CA.
#include "runtime/tls/crl_facts.h"

#include <doctest/doctest.h>
#include <openssl/x509v3.h>

#include "runtime/tls/crl_reasons.h"
#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

namespace {

/// A list of `ca` to which `change` was done before it was signed again.
template <class Change>
Bytes bent_list(const Identity& ca, const CrlRequest& request, Change change) {
  const Bytes der = make_crl(ca, request).value();
  const unsigned char* at = der.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
  change(list.get());
  X509_CRL_sign(list.get(), ca.key.get(), EVP_sha256());
  unsigned char* made = nullptr;
  const int size = i2d_X509_CRL(list.get(), &made);
  Bytes bytes(made, made + size);
  OPENSSL_free(made);
  return bytes;
}

void add_extension(X509_CRL* list, const char* oid, int critical) {
  ASN1_OBJECT* object = OBJ_txt2obj(oid, 1);
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, critical, value);
  X509_CRL_add_ext(list, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(value);
  ASN1_OBJECT_free(object);
}

}  // namespace

TEST_CASE("what is no list is refused and names its source") {
  for (const std::string& text : {std::string(), std::string("garbage"), pki::root("ca").certificate_pem()}) {
    const auto facts = crl_facts(as_bytes(text), "x.crl");
    REQUIRE_FALSE(facts);
    CHECK(facts.error().message.starts_with("x.crl: "));
  }
  Bytes cut = make_crl(pki::root("ca"), {}).value();
  cut.resize(cut.size() / 2);
  CHECK_FALSE(crl_facts(cut, "x.crl"));
}

TEST_CASE("T56: a list that no server would take is described, with the reason") {
  const auto ca = pki::root("ca");
  const auto facts =
      crl_facts(bent_list(ca, {}, [](X509_CRL* list) { add_extension(list, "1.2.3.4", 1); }), "x").value();
  REQUIRE(facts.front().problems.size() == 1);
  CHECK(facts.front().problems.front().contains("1.2.3.4"));
  const auto& last = facts.front().extensions.back();
  CHECK(last.oid == "1.2.3.4");
  CHECK(last.critical);
}

TEST_CASE("issuer, number, dates, entries and extensions are told as they are") {
  const auto ca = pki::root("An \x1b[31mevil\x1b[0m CA");
  const CrlRequest request{.serials = {{0x05}, {0x00, 0x80}},
                           .this_update = 1'750'000'000,
                           .next_update = 1'760'000'000,
                           .number = 300,
                           .reason = 1};
  const auto facts = crl_facts(make_crl(ca, request).value(), "x").value().front();
  CHECK_FALSE(facts.issuer.contains('\x1b'));
  CHECK(facts.number == Bytes{0x01, 0x2c});
  CHECK_FALSE(facts.base);
  CHECK(facts.this_update == 1'750'000'000);
  CHECK(facts.next_update == 1'760'000'000);
  REQUIRE(facts.entries.size() == 2);
  CHECK(facts.entries[0].reason == 1);
  CHECK(facts.algorithm == "ecdsa-with-SHA256");
  CHECK(facts.authority_key.size() == 40);
  REQUIRE(facts.extensions.size() == 2);
  CHECK(facts.extensions[0].name == "authorityKeyIdentifier");
  CHECK(facts.extensions[1].name == "crlNumber");
  CHECK(facts.problems.empty());
}

TEST_CASE("T24: what a stranger wrote cannot move a terminal's cursor or fake a line") {
  CHECK(printable("http://x/\x1b[2J\nnumber 5\x7f\xc3\xab") ==
        "http://x/\\x1B[2J\\x0Anumber 5\\x7F\\xC3\\xAB");
}

TEST_CASE("every list of a PEM file is described, and one without number or next date says so") {
  const auto ca = pki::root("ca");
  const std::string pem = pem_of_crl(make_crl(ca, {}).value()) +
                          pem_of_crl(make_crl(ca, {.next_update = -1, .number = std::nullopt}).value());
  const auto facts = crl_facts(as_bytes(pem), "x").value();
  REQUIRE(facts.size() == 2);
  CHECK(facts[1].number.empty());
  CHECK(facts[1].next_update == 0);
}

TEST_CASE("reasons have the names of RFC 5280, and numbers without a name have none") {
  for (int reason = 0; reason <= 10; ++reason) {
    const auto name = reason_name(static_cast<std::uint8_t>(reason));
    CHECK(name.empty() == (reason == 7));
    if (!name.empty()) CHECK(reason_of(name) == reason);
  }
  CHECK(reason_name(11).empty());
  CHECK_FALSE(reason_of(""));
  CHECK_FALSE(reason_of("KeyCompromise"));
  CHECK(reason_names().size() == 10);
}
