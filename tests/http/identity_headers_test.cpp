// Which headers are removed from what clients send, and what the three presets tell an origin.
#include "runtime/http/identity_headers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace edge;
using namespace edge::http;

namespace {

tls::Peer good_peer() {
  tls::Peer peer;
  peer.auth.presented = "1";
  peer.auth.verified = "SUCCESS";
  peer.auth.subject_dn = peer.auth.subject_dn_rfc2253 = "CN=client,O=Ex";
  peer.auth.subject_dn_legacy = "/O=Ex/CN=client";
  peer.auth.issuer_dn = peer.auth.issuer_dn_rfc2253 = "CN=ca";
  peer.auth.issuer_dn_legacy = "/CN=ca";
  peer.auth.serial = "00936EACBE07F201DF";
  peer.auth.fingerprint_sha256 = "af363dc8";
  peer.auth.fingerprint_sha1 = "161e3a20";
  peer.auth.not_before = "Nov  1 17:00:00 2019 GMT";
  peer.auth.not_after = "Nov  1 17:00:00 2029 GMT";
  peer.auth.rfc9440 = ":MAA=:";
  peer.leaf_der = {0x30, 0x00};
  return peer;
}

tls::Peer revoked_peer() {
  tls::Peer peer = good_peer();
  peer.auth.revoked = "1";
  peer.verdict.state = tls::Verdict::State::revoked;
  return peer;
}

std::set<std::string> names_of(const HeaderList& headers) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < headers.size(); ++i) names.emplace(headers[i].name);
  return names;
}

HeaderList headers_for(ForwardPreset preset, const tls::Peer& peer) {
  HeaderList headers;
  add_identity_headers(headers, preset, peer);
  return headers;
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

TEST_CASE("T20: headers that say nothing about the client's identity stay") {
  for (const char* name :
       {"Host", "User-Agent", "Accept", "Cookie", "Authorization", "Content-Type", "X-Request-Id", "Client",
        "X-Certified", "Clientele", "SSL", "CF", "", "Sec-Ch-Ua"})
    CHECK_FALSE_MESSAGE(claims_identity(name), name);
}

TEST_CASE("T21: what Connection nominates is removed, and cannot remove what we add later") {
  HeaderList headers;
  headers.append("Connection", "close, X-Custom ,, Client-Cert");
  headers.append("connection", "Cf-Cert-Verified,x-second");
  headers.append("X-Custom", "1");
  headers.append("X-Second", "2");
  headers.append("Client-Cert", ":forged:");
  headers.append("Accept", "*/*");
  strip_request_headers(headers);
  CHECK(names_of(headers) == std::set<std::string>{"Accept"});
  add_identity_headers(headers, ForwardPreset::rfc9440, good_peer());
  CHECK(headers.find("Client-Cert") == ":MAA=:");
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

TEST_CASE("cloudflare preset: certificate and digest only for a client that verified and is not revoked") {
  const HeaderList good = headers_for(ForwardPreset::cloudflare, good_peer());
  CHECK(good.find("Cf-Client-Cert-Der-Base64") == "MAA=");
  CHECK(good.find("Cf-Client-Cert-Sha256") == "af363dc8");
  CHECK(headers_for(ForwardPreset::cloudflare, revoked_peer()).size() == 0);
  CHECK(headers_for(ForwardPreset::cloudflare, tls::Peer{}).size() == 0);
  tls::Peer failed = good_peer();
  failed.auth.verified = "FAILED:certificate has expired";
  CHECK(headers_for(ForwardPreset::cloudflare, failed).size() == 0);
  tls::Peer unknown = good_peer();
  unknown.verdict.state = tls::Verdict::State::unknown;
  CHECK(headers_for(ForwardPreset::cloudflare, unknown).size() == 0);
}

TEST_CASE("managed transform: a client without a certificate gives the three booleans and nothing else") {
  const HeaderList headers = headers_for(ForwardPreset::managed_transform, tls::Peer{});
  CHECK(names_of(headers) ==
        std::set<std::string>{"cf-cert-presented", "cf-cert-verified", "cf-cert-revoked"});
  for (std::size_t i = 0; i < headers.size(); ++i) CHECK(headers[i].value == "false");
}

TEST_CASE(
    "managed transform: a revoked client is presented, verified and revoked, with all that its certificate "
    "says") {
  const HeaderList headers = headers_for(ForwardPreset::managed_transform, revoked_peer());
  CHECK(headers.find("cf-cert-presented") == "true");
  CHECK(headers.find("cf-cert-verified") == "true");
  CHECK(headers.find("cf-cert-revoked") == "true");
  CHECK(headers.find("cf-cert-serial") == "00936EACBE07F201DF");
  CHECK(headers.find("cf-cert-sha256") == "af363dc8");
  CHECK(headers.find("cf-cert-subject-dn") == "CN=client,O=Ex");
  // Empty values make no header: this certificate has no key identifiers, and its issuer's serial is not
  // known.
  CHECK_FALSE(headers.find("cf-cert-ski"));
  CHECK_FALSE(headers.find("cf-cert-issuer-ski"));
  CHECK_FALSE(headers.find("cf-cert-issuer-serial"));
}

TEST_CASE("rfc9440 preset: no header for a client that is not good, and none that a script left behind") {
  HeaderList headers;
  headers.append("Client-Cert", ":stale:");
  headers.append("Client-Cert-Chain", ":stale:");
  add_identity_headers(headers, ForwardPreset::rfc9440, revoked_peer());
  CHECK(headers.size() == 0);
}

TEST_CASE("rfc9440 preset: the chain follows the leaf, and an empty chain makes no header") {
  tls::Peer peer = good_peer();
  CHECK_FALSE(headers_for(ForwardPreset::rfc9440, peer).find("Client-Cert-Chain"));
  peer.auth.chain_rfc9440 = ":MAA=:, :MAA=:";
  CHECK(headers_for(ForwardPreset::rfc9440, peer).find("Client-Cert-Chain") == ":MAA=:, :MAA=:");
}

TEST_CASE("T25: certificates that are too large make no header, and the rest is still said") {
  tls::Peer peer = good_peer();
  peer.auth.rfc9440.clear();
  peer.auth.rfc9440_too_large = true;
  CHECK(headers_for(ForwardPreset::rfc9440, peer).size() == 0);
  const HeaderList cloudflare = headers_for(ForwardPreset::cloudflare, peer);
  CHECK_FALSE(cloudflare.find("Cf-Client-Cert-Der-Base64"));
  CHECK(cloudflare.find("Cf-Client-Cert-Sha256") == "af363dc8");
  peer = good_peer();
  peer.auth.chain_rfc9440_too_large = true;
  CHECK(headers_for(ForwardPreset::rfc9440, peer).find("Client-Cert"));
  CHECK_FALSE(headers_for(ForwardPreset::rfc9440, peer).find("Client-Cert-Chain"));
}

TEST_CASE("T24: no byte of a certificate ends a header line or is no ASCII") {
  tls::Peer peer = good_peer();
  peer.auth.subject_dn = std::string("CN=a\r\nX-Admin: 1\0b\x7f", 19);
  peer.auth.issuer_dn = " CN=caf\xC3\xA9 ";
  const HeaderList headers = headers_for(ForwardPreset::managed_transform, peer);
  CHECK(headers.find("cf-cert-subject-dn") == "CN=a\\0D\\0AX-Admin: 1\\00b\\7F");
  CHECK(headers.find("cf-cert-issuer-dn") == "\\20CN=caf\\C3\\A9\\20");
  for (std::size_t i = 0; i < headers.size(); ++i) {
    CHECK(is_field_value(headers[i].value));
    CHECK(std::ranges::all_of(headers[i].value, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST_CASE("forwarding is off unless a preset is chosen") {
  CHECK(headers_for(ForwardPreset::none, good_peer()).size() == 0);
}
