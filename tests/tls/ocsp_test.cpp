// What a responder must not be believed, and what it says when it can be.
#include "runtime/tls/ocsp.h"

#include <doctest/doctest.h>

#include "tests/tls/pki.h"
#include "tests/tls/responder.h"

using namespace edge;
using namespace edge::tls;
using pki::Says;

namespace {

struct Asked {
  Identity ca = pki::root("ca");
  Identity client = pki::leaf(ca, {.serial = Bytes{0x11}});
  Bytes request = ocsp_request(ocsp_id_of(client.certificate.get(), ca.certificate.get())).value();

  [[nodiscard]] Result<OcspAnswer> read(BytesView response, std::int64_t now = pki::now()) const {
    return read_ocsp_response({.der = response, .request = request, .issuer = ca.certificate.get()}, now);
  }
  [[nodiscard]] std::string why_not(BytesView response, std::int64_t now = pki::now()) const {
    const auto answer = read(response, now);
    return answer ? "" : answer.error().message;
  }
};

Identity responder_of(const Identity& ca, CertificateRequest request = {}) {
  request.subject = {{"CN", "responder"}};
  request.extended_key_usage = {"OCSPSigning"};
  return pki::leaf(ca, request);
}

}  // namespace

TEST_CASE("ocsp: what is no response is refused, whatever is behind it or missing") {
  const Asked asked;
  CHECK(asked.why_not({}) == "this is no OCSP response");
  CHECK(asked.why_not(as_bytes("<!doctype html><title>Log in</title>")) == "this is no OCSP response");
  Bytes response = pki::respond(asked.request, asked.ca);
  response.push_back(0);
  CHECK(asked.why_not(response) == "this is no OCSP response");
  response.resize(response.size() - 20);
  CHECK(asked.why_not(response) == "this is no OCSP response");
}

TEST_CASE("ocsp: an error of the responder says which, and nothing of the certificate") {
  const Asked asked;
  // OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED }
  const Bytes try_later{0x30, 0x03, 0x0a, 0x01, 0x03}, unauthorized{0x30, 0x03, 0x0a, 0x01, 0x06};
  CHECK(asked.why_not(try_later) == "the responder answers trylater");
  CHECK(asked.why_not(unauthorized) == "the responder answers unauthorized");
  const Bytes says_nothing{0x30, 0x03, 0x0a, 0x01, 0x00};
  CHECK(asked.why_not(says_nothing).contains("RFC 6960"));
}

TEST_CASE("T50: a forged signature is refused") {
  const Asked asked;
  Bytes response = pki::respond(asked.request, asked.ca);
  // The signature is before the signer's certificate; any octet of the signed part will do.
  const Bytes good = response;
  int refused = 0;
  for (std::size_t at = 60; at < 160; ++at) {
    response = good;
    response[at] ^= 1;
    refused += asked.read(response) ? 0 : 1;
  }
  CHECK(refused == 100);
}

TEST_CASE("T50: a responder that the issuer did not appoint is refused") {
  const Asked asked;
  const Identity stranger = pki::root("stranger");
  CHECK(asked.why_not(pki::respond(asked.request, stranger)) ==
        "its signer is not the certificate's issuer, and no certificate for OCSP signing");
  // The right name, another key.
  const Identity namesake = pki::root("ca");
  CHECK(asked.why_not(pki::respond(asked.request, namesake)) == "its signature does not match");
  // For OCSP, but appointed by another CA.
  CHECK(asked.why_not(pki::respond(asked.request, responder_of(stranger)))
            .contains("not issued by the certificate's"));
  // Its issuer vouches for it, and is not the certificate's issuer itself.
  const Identity between = pki::intermediate(asked.ca, "between");
  CHECK(asked.why_not(pki::respond(asked.request, responder_of(between)))
            .contains("not issued by the certificate's"));
}

TEST_CASE("T50: a certificate of the issuer without the usage for OCSP signs nothing") {
  const Asked asked;
  for (const std::vector<std::string>& usages :
       {std::vector<std::string>{}, {"clientAuth"}, {"anyExtendedKeyUsage"}, {"serverAuth", "clientAuth"}}) {
    const Identity other = pki::leaf(asked.ca, {.subject = {{"CN", "other"}}, .extended_key_usage = usages});
    CHECK(asked.why_not(pki::respond(asked.request, other)).contains("no certificate for OCSP signing"));
  }
  // The client itself, too.
  CHECK(asked.why_not(pki::respond(asked.request, asked.client)).contains("no certificate for OCSP signing"));
}

TEST_CASE("ocsp: a responder whose own certificate expired is refused") {
  const Asked asked;
  const Identity expired =
      responder_of(asked.ca, {.not_before = pki::now() - 7200, .not_after = pki::now() - 3600});
  CHECK(asked.why_not(pki::respond(asked.request, expired)).contains("certificate has expired"));
}

TEST_CASE(
    "ocsp: a delegated responder is told with its answer, unless its CA says that nobody need look it up") {
  const Asked asked;
  const Identity plain = responder_of(asked.ca, {.serial = Bytes{0x77}});
  const auto answer = asked.read(pki::respond(asked.request, plain)).value();
  REQUIRE(answer.signer);
  CHECK(answer.signer->serial == Bytes{0x77});
  CHECK(answer.signer->issuer == issuer_id_of(asked.ca.certificate.get()));
  // id-pkix-ocsp-nocheck, whose value is NULL
  const Identity unchecked = responder_of(asked.ca, {.extensions = {{"1.3.6.1.5.5.7.48.1.5", {0x05, 0x00}}}});
  CHECK_FALSE(asked.read(pki::respond(asked.request, unchecked)).value().signer);
  CHECK_FALSE(asked.read(pki::respond(asked.request, asked.ca)).value().signer);
}

TEST_CASE("T41: a response that is signed over SHA-1 is refused") {
  const Asked asked;
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.digest = EVP_sha1()})).contains("too weak"));
}

TEST_CASE("T35: an answer about another serial, or another issuer's, is refused") {
  const Asked asked;
  const Identity other = pki::leaf(asked.ca, {.serial = Bytes{0x12}});
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.about = &other, .about_issuer = &asked.ca})) ==
        "it speaks of another certificate");
  const Identity namesake = pki::root("ca");
  const Identity same_serial = pki::leaf(namesake, {.serial = Bytes{0x11}});
  CHECK(asked.why_not(
            pki::respond(asked.request, asked.ca, {.about = &same_serial, .about_issuer = &namesake})) ==
        "it speaks of another certificate");
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.times = 2})) ==
        "it speaks of the certificate twice");
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.times = 0})) ==
        "it speaks of another certificate");
}

TEST_CASE("T57: the answer to another request is refused, and one without a nonce is taken") {
  const Asked asked;
  const Bytes other =
      ocsp_request(ocsp_id_of(asked.client.certificate.get(), asked.ca.certificate.get())).value();
  CHECK(other != asked.request);
  CHECK(asked.why_not(pki::respond(other, asked.ca)) == "it answers another request: its nonce is not ours");
  CHECK(asked.read(pki::respond(other, asked.ca, {.has_nonce = false})));
}

TEST_CASE("T52: dates that lie ahead, behind or crosswise are refused") {
  const Asked asked;
  const std::int64_t now = pki::now();
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.this_update = now + 600})) ==
        "its thisUpdate lies in the future");
  CHECK(asked.read(pki::respond(asked.request, asked.ca, {.this_update = now + 200})));
  CHECK(asked.why_not(
            pki::respond(asked.request, asked.ca, {.this_update = now - 7200, .next_update = now - 3600})) ==
        "it is overdue");
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.this_update = now, .next_update = now - 1})) ==
        "its nextUpdate is no valid date");
  // Without nextUpdate an answer is good for an hour.
  const Bytes undated = pki::respond(asked.request, asked.ca, {.this_update = now, .next_update = 0});
  CHECK(asked.read(undated, now + 3500));
  CHECK(asked.why_not(undated, now + 3700) == "it is overdue");
}

TEST_CASE("T56: an unknown critical extension is refused") {
  const Asked asked;
  CHECK(asked.why_not(pki::respond(asked.request, asked.ca, {.critical = Bytes{5, 0}})) ==
        "it has an unknown critical extension, 1.2.3.4.5");
}

TEST_CASE("ocsp: issuer and responder are believed, good, revoked and unknown") {
  const Asked asked;
  const Identity responder = responder_of(asked.ca);
  for (const Identity* signer : {&asked.ca, &responder}) {
    const auto good = asked.read(pki::respond(asked.request, *signer));
    REQUIRE_MESSAGE(good, asked.why_not(pki::respond(asked.request, *signer)));
    CHECK(good->status == OcspAnswer::Status::good);
    CHECK(good->end() == good->next_update);
    const auto revoked = asked.read(
        pki::respond(asked.request, *signer,
                     {.status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1, .revoked_at = 1'750'000'000}));
    REQUIRE(revoked);
    CHECK(revoked->status == OcspAnswer::Status::revoked);
    CHECK(revoked->reason == 1);
    CHECK(revoked->revoked_at == 1'750'000'000);
    const auto unknown =
        asked.read(pki::respond(asked.request, *signer, {.status = V_OCSP_CERTSTATUS_UNKNOWN}));
    REQUIRE(unknown);
    CHECK(unknown->status == OcspAnswer::Status::unknown);
  }
}

TEST_CASE("T51: an overdue answer that revokes still revokes") {
  const Asked asked;
  const std::int64_t now = pki::now();
  const auto revoked = asked.read(pki::respond(
      asked.request, asked.ca,
      {.status = V_OCSP_CERTSTATUS_REVOKED, .this_update = now - 7200, .next_update = now - 3600}));
  REQUIRE(revoked);
  CHECK(revoked->status == OcspAnswer::Status::revoked);
}

TEST_CASE("ocsp: a request names one certificate, and junk names none") {
  CHECK_FALSE(ocsp_request({}));
  CHECK_FALSE(ocsp_request(as_bytes("junk")));
}

TEST_CASE("ocsp: the responders that a certificate names are read") {
  const Identity ca = pki::root("ca");
  // AuthorityInfoAccess of "http://o.test" for id-ad-ocsp.
  Bytes url = {0x86, 13};
  for (const char c : std::string("http://o.test")) url.push_back(static_cast<std::uint8_t>(c));
  Bytes access{0x30, 0x1b, 0x30, 0x19, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01};
  access.insert(access.end(), url.begin(), url.end());
  const Identity client = pki::leaf(ca, {.extensions = {{"1.3.6.1.5.5.7.1.1", access}}});
  CHECK(ocsp_urls(client.certificate.get()) == std::vector<std::string>{"http://o.test"});
  CHECK(ocsp_urls(ca.certificate.get()).empty());
}
