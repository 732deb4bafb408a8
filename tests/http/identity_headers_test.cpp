// Which headers are removed from what clients send.
#include "runtime/http/identity_headers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "runtime/http/forward_presets.h"
#include "runtime/http/forwarding.h"

using namespace edge;
using namespace edge::http;

namespace {

std::set<std::string> names_of(const HeaderList& headers) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < headers.size(); ++i) names.emplace(headers[i].name);
  return names;
}

}  // namespace

TEST_CASE("T20: a claim of identity is recognised in every spelling that a backend folds into it") {
  for (const char* name :
       {"Client-Cert", "client-cert", "CLIENT-CERT", "Client_Cert", "client_cert", "CLIENT_CERT",
        "Client.Cert", "Client-cert", "Client Cert", "Client-Cert ", "\tClient-Cert", "cLiEnT_cErT"})
    CHECK_MESSAGE(claims_identity(name), name);
}

TEST_CASE(
    "T20: the identity headers of Cloudflare, RFC 9440 and the proxies that origins know are all claims") {
  for (const char* name : {"Cf-Client-Cert-Der-Base64",
                           "Cf-Client-Cert-Sha256",
                           "cf-cert-verified",
                           "CF-Cert-Sha256",
                           "Cf-Access-Jwt-Assertion",
                           "Client-Cert-Chain",
                           "X-Cert-Issuer-DN",
                           "X-CERT-SUBJECT-DN-L",
                           "X-SSL-Client-Verify",
                           "X_SSL_CLIENT_VERIFY",
                           "SSL-Client-Cert",
                           "SSL_CLIENT_S_DN",
                           "X-Forwarded-Client-Cert",
                           "X-Forwarded-Tls-Client-Cert-Info",
                           "X-Forwarded-For",
                           "X-Forwarded-Proto",
                           "Forwarded",
                           "CF-Connecting-IP",
                           "CF-Connecting-IPv6",
                           "True-Client-IP",
                           "X-Real-IP",
                           "CF-Ray",
                           "CF-Visitor",
                           "CF-Worker",
                           "CF-EW-Via",
                           "X-Amzn-Mtls-Clientcert-Leaf",
                           "X-Client-Cert-Present",
                           "X-ARR-ClientCert",
                           "ssl-client-subject-dn"})
    CHECK_MESSAGE(claims_identity(name), name);
}

TEST_CASE(
    "T20: every header of every preset is a claim, whichever is in use, and so is ours about their size") {
  for (const auto preset :
       {ForwardPreset::cloudflare, ForwardPreset::managed_transform, ForwardPreset::rfc9440,
        ForwardPreset::xfcc, ForwardPreset::nginx, ForwardPreset::aws}) {
    REQUIRE_FALSE(preset_rows(preset).empty());
    for (const ForwardRow& row : preset_rows(preset)) {
      std::string other(row.name);
      std::ranges::replace(other, '-', '_');
      CHECK_MESSAGE(claims_identity(row.name), row.name);
      CHECK_MESSAGE(claims_identity(other), other);
    }
  }
  CHECK(claims_identity(too_large_header));
}

TEST_CASE("T20: the operator's own headers are claims in every spelling, on every site") {
  Config config;
  config.sites.resize(2);
  config.sites[1].forward_headers = {{.name = "X-Who", .field = "certSerial"}};
  const auto configured = configured_claims(config);
  for (const char* name : {"X-Who", "x-who", "X_Who", "x.who", " X-WHO", "X~Who", "x-Who\t"})
    CHECK_MESSAGE(claims_identity(name, configured), name);
  CHECK_FALSE(claims_identity("X-Whom", configured));
  CHECK_FALSE(claims_identity("X-Who"));
  HeaderList headers;
  headers.append("x_WHO", "forged");
  headers.append("X-Kept", "1");
  strip_request_headers(headers, configured);
  CHECK(names_of(headers) == std::set<std::string>{"X-Kept"});
}

TEST_CASE("T20: the service token of a client reaches the script in its own spelling only") {
  for (const char* name : {"CF-Access-Client-Id", "cf-access-client-secret"})
    CHECK_FALSE_MESSAGE(claims_identity(name), name);
  for (const char* name : {"CF_Access_Client_Id", "CF-Access-Client_Secret", "CF-Access-Client-Ids",
                           "Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email"})
    CHECK_MESSAGE(claims_identity(name), name);
}

TEST_CASE("T20: headers that say nothing about the client's identity stay") {
  for (const char* name :
       {"Host", "User-Agent", "Accept", "Cookie", "Authorization", "Content-Type", "X-Request-Id", "Client",
        "X-Certified", "Clientele", "SSL", "CF", "", "Sec-Ch-Ua"})
    CHECK_FALSE_MESSAGE(claims_identity(name), name);
}

TEST_CASE("T21: what Connection nominates is removed") {
  HeaderList headers;
  headers.append("Connection", "close, X-Custom ,, Client-Cert");
  headers.append("connection", "Cf-Cert-Verified,x-second");
  headers.append("X-Custom", "1");
  headers.append("X-Second", "2");
  headers.append("Client-Cert", ":forged:");
  headers.append("Accept", "*/*");
  strip_request_headers(headers);
  CHECK(names_of(headers) == std::set<std::string>{"Accept"});
}

TEST_CASE("T21: hop-by-hop headers are removed without being nominated") {
  HeaderList headers;
  for (const char* name :
       {"Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Upgrade", "X-Kept"})
    headers.append(name, "x");
  strip_request_headers(headers);
  CHECK(names_of(headers) == std::set<std::string>{"X-Kept"});
}

TEST_CASE("T20: every copy of a forged header is removed") {
  HeaderList headers;
  headers.append("Cf-Client-Cert-Sha256", "forged");
  headers.append("cf_client_cert_sha256", "forged");
  headers.append("CF-CLIENT-CERT-SHA256", "forged");
  strip_request_headers(headers);
  CHECK(headers.size() == 0);
}

TEST_CASE("T20: a set of names has each in every spelling, and nothing that is longer or shorter") {
  FoldedNames names;
  CHECK_FALSE(names.contain(""));
  CHECK_FALSE(names.contain("X-Who"));
  const std::string long_name = "X-" + std::string(80, 'a');
  names.add("X-Who");
  names.add(long_name);
  for (const char* name : {"X-Whom", "X-Wh", "XWho", "X--Who", "Y-Who", "", "\t"})
    CHECK_FALSE_MESSAGE(names.contain(name), name);
  for (const char* name : {"X-Who", "x_who", "X.WHO", "\tx-who "}) CHECK_MESSAGE(names.contain(name), name);
  CHECK(names.contain("x_" + std::string(80, 'A')));
  CHECK_FALSE(names.contain(long_name + "a"));
}
