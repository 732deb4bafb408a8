// What an origin is told about a client, and what it is not.
#include "runtime/http/forwarding.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "runtime/http/identity_headers.h"
#include "tests/http/told_client.h"

using namespace edge;
using namespace edge::http;
using namespace edge::http::testing;

TEST_CASE("forwarding is off unless a preset or a header is chosen") {
  CHECK(headers_for(ForwardPreset::none, good_peer()).size() == 0);
}

TEST_CASE(
    "a client that is not good is known by its verdict alone, in every preset but Cloudflare's transform") {
  for (const tls::Peer& peer :
       {tls::Peer{}, failed_peer(), revoked_peer(), unknown_peer(tls::Verdict::Why::missing)}) {
    CAPTURE(peer.client->auth.verified);
    for (const auto preset :
         {ForwardPreset::cloudflare, ForwardPreset::rfc9440, ForwardPreset::xfcc, ForwardPreset::aws})
      CHECK(headers_for(preset, peer).size() == 0);
    CHECK(names_of(headers_for(ForwardPreset::nginx, peer)) == std::set<std::string>{"ssl-client-verify"});
  }
}

TEST_CASE("T22: what a script or a client left under one of our names is gone, also where we say nothing") {
  for (const auto preset : presets) {
    for (const ForwardRow& row : preset_rows(preset)) {
      CAPTURE(row.name);
      std::string other(row.name);
      std::ranges::replace(other, '-', '_');
      HeaderList headers;
      headers.append(row.name, "stale");
      headers.append(other, "stale");
      headers.append("client_cert-too.large", "leaf");
      headers.append("X-Kept", "1");
      forwarding(preset).apply(headers, tls::Peer{}, true);
      for (std::size_t i = 0; i < headers.size(); ++i) CHECK(headers[i].value != "stale");
      CHECK(headers.find("X-Kept") == "1");
    }
  }
}

TEST_CASE("T21: what Connection nominates cannot remove what we add later") {
  HeaderList headers;
  headers.append("Connection", "Client-Cert");
  headers.append("Client-Cert", ":forged:");
  strip_request_headers(headers);
  forwarding(ForwardPreset::rfc9440).apply(headers, good_peer(), true);
  CHECK(headers.count("Client-Cert") == 1);
  CHECK(headers.find("Client-Cert") != ":forged:");
}

TEST_CASE(
    "only the first request of a connection tells, where that is chosen, and the others cannot pretend to") {
  SiteConfig site;
  site.forward = ForwardPreset::rfc9440;
  site.forward_requests = ForwardRequests::first;
  auto first_only = Forwarding::make(site).value();
  HeaderList first, second;
  second.append("Client-Cert", ":stale:");
  first_only.apply(first, good_peer(), true);
  first_only.apply(second, good_peer(), false);
  CHECK(first.count("Client-Cert") == 1);
  CHECK(second.size() == 0);
  HeaderList always;
  forwarding(ForwardPreset::rfc9440).apply(always, good_peer(), false);
  CHECK(always.count("Client-Cert") == 1);
}

TEST_CASE("the headers of a connection are made once, and anew when its verdict changes") {
  auto ours = forwarding(ForwardPreset::cloudflare);
  tls::Peer peer = good_peer();
  peer.id = tls::next_peer_id();
  HeaderList one, two, three;
  ours.apply(one, peer, true);
  ours.apply(two, peer, false);
  CHECK(one.find("Cf-Client-Cert-Sha256") == two.find("Cf-Client-Cert-Sha256"));
  const auto changed = tls::with_verdict(peer, {.state = tls::Verdict::State::revoked});
  ours.apply(three, *changed, false);
  CHECK(three.size() == 0);
}

TEST_CASE("T25: what is too large is left out, said so, and the rest is still told") {
  tls::Peer leaf = good_peer();
  leaf.client.edit().auth.rfc9440.clear();
  leaf.client.edit().auth.rfc9440_too_large = true;
  tls::Peer chain = good_peer();
  chain.client.edit().issuers_der = {Bytes(6'000), Bytes(6'284)};
  const auto size = tls::rfc9440_list(chain.client->issuers_der).size();
  REQUIRE(size == tls::rfc9440_chain_bytes_max + 2);
  for (const auto preset : presets) {
    const HeaderList headers = headers_for(preset, leaf);
    const bool has_certificate = preset != ForwardPreset::managed_transform;
    CHECK(headers.find(too_large_header).value_or("") == (has_certificate ? "leaf" : ""));
    for (std::size_t i = 0; i < headers.size(); ++i) CHECK(headers[i].value.size() < 1'000);
    CHECK_FALSE(headers_for(preset, good_peer()).find(too_large_header));
    CHECK(headers_for(preset, failed_peer()).find(too_large_header).value_or("").empty());
  }
  CHECK(headers_for(ForwardPreset::cloudflare, leaf).find("Cf-Client-Cert-Sha256"));
  CHECK(headers_for(ForwardPreset::xfcc, leaf).find("X-Forwarded-Client-Cert")->starts_with("Hash="));
  CHECK(headers_for(ForwardPreset::nginx, leaf).find("ssl-client-verify") == "SUCCESS");

  const HeaderList rfc9440 = headers_for(ForwardPreset::rfc9440, chain);
  CHECK(rfc9440.find("Client-Cert"));
  CHECK_FALSE(rfc9440.find("Client-Cert-Chain"));
  CHECK(rfc9440.find(too_large_header) == "chain");
  CHECK_FALSE(headers_for(ForwardPreset::xfcc, chain).find("X-Forwarded-Client-Cert")->contains("Chain="));
  CHECK_FALSE(headers_for(ForwardPreset::aws, chain).find(too_large_header));
  chain.client.edit().issuers_der[1].resize(6'282);
  CHECK(headers_for(ForwardPreset::rfc9440, chain).find("Client-Cert-Chain"));
}

TEST_CASE("a header of the operator's own replaces the preset's of that name") {
  HeaderList headers;
  forwarding(ForwardPreset::cloudflare, {{.name = "cf-client-cert-sha256", .field = "certSerial"}})
      .apply(headers, good_peer(), true);
  CHECK(headers.count("Cf-Client-Cert-Sha256") == 1);
  CHECK(headers.find("Cf-Client-Cert-Sha256") == "00936E");
}
