// How each preset writes what it tells.
#include "runtime/http/forward_presets.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/http/told_client.h"

using namespace edge;
using namespace edge::http;
using namespace edge::http::testing;

TEST_CASE("cloudflare preset: certificate and digest") {
  const tls::Peer peer = good_peer();
  const HeaderList headers = headers_for(ForwardPreset::cloudflare, peer);
  CHECK(base64_decode(headers.find("Cf-Client-Cert-Der-Base64").value()) == peer.client->leaf_der);
  CHECK(headers.find("Cf-Client-Cert-Sha256") == peer.client->auth.fingerprint_sha256);
}

TEST_CASE("managed transform: a client without a certificate gives the three booleans and nothing else") {
  const HeaderList headers = headers_for(ForwardPreset::managed_transform, tls::Peer{});
  CHECK(names_of(headers) ==
        std::set<std::string>{"cf-cert-presented", "cf-cert-verified", "cf-cert-revoked"});
  for (std::size_t i = 0; i < headers.size(); ++i) CHECK(headers[i].value == "false");
}

TEST_CASE("managed transform: a revoked client is presented, verified and revoked, with all that it says") {
  tls::Peer peer = revoked_peer();
  peer.client.edit().auth.ski.clear();
  const HeaderList headers = headers_for(ForwardPreset::managed_transform, peer);
  CHECK(headers.find("cf-cert-presented") == "true");
  CHECK(headers.find("cf-cert-verified") == "true");
  CHECK(headers.find("cf-cert-revoked") == "true");
  CHECK(headers.find("cf-cert-serial") == "00936E");
  CHECK(headers.find("cf-cert-sha256") == peer.client->auth.fingerprint_sha256);
  CHECK(headers.find("cf-cert-subject-dn") == "CN=client,O=Ex\\, Inc");
  // Empty values make no header.
  CHECK_FALSE(headers.find("cf-cert-ski"));
}

TEST_CASE(
    "rfc9440 preset: byte sequences and a list as RFC 9651 writes them, with the chain that was verified") {
  tls::Peer peer = good_peer();
  peer.client.edit().issuers_der.push_back(root().certificate_der());
  const HeaderList headers = headers_for(ForwardPreset::rfc9440, peer);
  const std::string leaf(headers.find("Client-Cert").value());
  const std::string chain(headers.find("Client-Cert-Chain").value());
  const std::string item = ":([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?:";
  CHECK(std::regex_match(leaf, std::regex(item)));
  CHECK(std::regex_match(chain, std::regex(item + ", " + item)));
  CHECK(base64_decode(leaf.substr(1, leaf.size() - 2)) == peer.client->leaf_der);
  const auto comma = chain.find(',');
  CHECK(base64_decode(chain.substr(1, comma - 2)) == issuing().certificate_der());
  CHECK(base64_decode(chain.substr(comma + 3, chain.size() - comma - 4)) == root().certificate_der());
}

TEST_CASE("T36: the rfc9440 preset has no chain of what the client sent beside the verified one") {
  tls::Peer peer = good_peer();
  peer.client.edit().issuers_der.clear();
  REQUIRE_FALSE(peer.client->auth.chain_rfc9440.empty());
  CHECK_FALSE(headers_for(ForwardPreset::rfc9440, peer).find("Client-Cert-Chain"));
}

TEST_CASE("xfcc preset: Envoy's keys in its order, certificates in quotes, each name with a key of its own") {
  const tls::Peer peer = good_peer();
  const std::string value(headers_for(ForwardPreset::xfcc, peer).find("X-Forwarded-Client-Cert").value());
  std::smatch parts;
  REQUIRE(std::regex_match(value, parts,
                           std::regex("Hash=([0-9a-f]{64});Cert=\"([^\"]+)\";Chain=\"([^\"]+)\";"
                                      "Subject=\"([^\"]*)\";URI=([^;]*);DNS=([^;]*);DNS=([^;]*)")));
  CHECK(parts[1] == peer.client->auth.fingerprint_sha256);
  CHECK(std::regex_match(parts[2].str(), std::regex("([A-Za-z0-9-]|%20|%0A|%2B|%2F|%3D)+")));
  CHECK(certificates_of(decoded(parts[2].str())) == std::vector<Bytes>{peer.client->leaf_der});
  CHECK(certificates_of(decoded(parts[3].str())) ==
        std::vector<Bytes>{peer.client->leaf_der, issuing().certificate_der()});
  CHECK(parts[4] == "CN=client,O=Ex\\, Inc");
  CHECK(parts[5] == "spiffe://example/client");
  CHECK(parts[6] == "a.example");
  CHECK(parts[7] == "b.example");
}

TEST_CASE("T24: nothing in a name ends its quotes in the xfcc preset, for a reader of any kind") {
  const tls::Peer peer = peer_with({.subject = {{"O", "a\";URI=spiffe://admin"}, {"CN", "b\\"}},
                                    .dns = {"x;y\"z.example"},
                                    .uri = {"spiffe://e/a;b=\"c\\d"}});
  const std::string value(headers_for(ForwardPreset::xfcc, peer).find("X-Forwarded-Client-Cert").value());
  const std::string tail = value.substr(value.find(";Subject="));
  CHECK(tail == R"(;Subject="CN=b\5C,O=a\22\;URI=spiffe://admin";URI="spiffe://e/a;b=%22c%5Cd")"
                R"(;DNS="x;y%22z.example")");
  CHECK(std::ranges::count(tail, '"') == 6);
}

TEST_CASE("xfcc preset: By names our own certificate, and URI is there without a value") {
  const auto folder = std::filesystem::temp_directory_path() / "edge-run-forwarding-test";
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "server.pem").string();
  SiteConfig site;
  site.forward = ForwardPreset::xfcc;
  site.tls_cert = file;
  std::filesystem::remove(file);
  CHECK_FALSE(Forwarding::make(site));
  std::ofstream(file)
      << tls::issue(root(), {.uri = {"spiffe://example/edge", "urn:a,b"}}).value().certificate_pem();
  HeaderList headers;
  Forwarding::make(site).value().apply(headers, peer_with({.subject = {{"CN", "plain"}}}), true);
  std::filesystem::remove_all(folder);
  const std::string_view value = headers.find("X-Forwarded-Client-Cert").value();
  CHECK(value.starts_with("By=spiffe://example/edge;By=\"urn:a,b\";Hash="));
  CHECK(value.ends_with(";Subject=\"CN=plain\";URI="));
}

TEST_CASE("nginx preset: a revoked client and one whose list is missing or old have failed, as in nginx") {
  const auto verify = [](const tls::Peer& peer) {
    return std::string(headers_for(ForwardPreset::nginx, peer).find("ssl-client-verify").value());
  };
  CHECK(verify({}) == "NONE");
  CHECK(verify(failed_peer()) == "FAILED:certificate has expired");
  CHECK(verify(revoked_peer()) == "FAILED:certificate revoked");
  CHECK(verify(unknown_peer(tls::Verdict::Why::missing)) == "FAILED:unable to get certificate CRL");
  CHECK(verify(unknown_peer(tls::Verdict::Why::stale)) == "FAILED:CRL has expired");
  tls::Peer tolerated = unknown_peer(tls::Verdict::Why::stale);
  tolerated.verdict.tolerated = true;
  CHECK(verify(tolerated) == "SUCCESS");
  CHECK(verify(good_peer()) == "SUCCESS");
}

TEST_CASE("nginx preset: values as nginx's variables have them, under its names and ingress-nginx's") {
  const tls::Peer peer = good_peer();
  const HeaderList headers = headers_for(ForwardPreset::nginx, peer);
  for (const char* name : {"ssl-client-s-dn", "ssl-client-subject-dn"})
    CHECK(headers.find(name) == "CN=client,O=Ex\\, Inc");
  for (const char* name : {"ssl-client-i-dn", "ssl-client-issuer-dn"})
    CHECK(headers.find(name) == "CN=issuing");
  CHECK(headers.find("ssl-client-serial") == "936E");
  CHECK(headers.find("ssl-client-fingerprint") == peer.client->auth.fingerprint_sha1);
  CHECK(headers.find("ssl-client-v-start") == "Nov 14 22:13:20 2023 GMT");
  CHECK(headers.find("ssl-client-v-end") == "Mar 17 17:46:40 2030 GMT");
  const std::string cert(headers.find("ssl-client-cert").value());
  CHECK(cert.starts_with("-----BEGIN%20CERTIFICATE-----%0A"));
  CHECK(cert.ends_with("%0A-----END%20CERTIFICATE-----%0A"));
  CHECK(certificates_of(decoded(cert)) == std::vector<Bytes>{peer.client->leaf_der});
}

TEST_CASE("aws preset: the headers of a load balancer that verifies") {
  const tls::Peer peer = good_peer();
  const HeaderList headers = headers_for(ForwardPreset::aws, peer);
  CHECK(headers.find("X-Amzn-Mtls-Clientcert-Serial-Number") == "936E");
  CHECK(headers.find("X-Amzn-Mtls-Clientcert-Subject") == "CN=client,O=Ex\\, Inc");
  CHECK(headers.find("X-Amzn-Mtls-Clientcert-Issuer") == "CN=issuing");
  CHECK(headers.find("X-Amzn-Mtls-Clientcert-Validity") ==
        "NotBefore=2023-11-14T22:13:20Z;NotAfter=2030-03-17T17:46:40Z");
  const std::string leaf(headers.find("X-Amzn-Mtls-Clientcert-Leaf").value());
  CHECK(std::regex_match(leaf, std::regex("([A-Za-z0-9+/=-]|%20|%0A)+")));
  CHECK(certificates_of(decoded(leaf)) == std::vector<Bytes>{peer.client->leaf_der});
}

TEST_CASE("T31: a percent sign in a host name is no escape of another, in a URI it stays what it is") {
  const tls::Peer peer = peer_with({.dns = {"a%2Cb"}, .uri = {"spiffe://example/a%2Cb"}});
  const std::string value(headers_for(ForwardPreset::xfcc, peer).find("X-Forwarded-Client-Cert").value());
  CHECK(value.ends_with(";URI=spiffe://example/a%2Cb;DNS=a%252Cb"));
}
