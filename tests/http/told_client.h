// Clients with certificates of a CA of the tests' own, and what an origin is told about them.
#pragma once

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "runtime/http/forward_presets.h"
#include "runtime/http/forwarding.h"
#include "runtime/tls/certs.h"

namespace edge::http::testing {

inline const tls::Identity& root() {
  static const auto made =
      tls::make_self_signed({.subject = {{"CN", "root"}}, .extended_key_usage = {}, .ca = true}).value();
  return made;
}
inline const tls::Identity& issuing() {
  static const auto made =
      tls::issue(root(), {.subject = {{"CN", "issuing"}}, .extended_key_usage = {}, .ca = true}).value();
  return made;
}

/// A client that verified, with a certificate of the issuing CA.
inline tls::Peer peer_with(const tls::CertificateRequest& request) {
  const auto leaf = tls::issue(issuing(), request).value();
  tls::Peer peer;
  peer.client.edit().auth = tls::client_auth_of(leaf.certificate.get(), {issuing().certificate.get()},
                                                {.code = 0, .issuer = issuing().certificate.get()});
  peer.client.edit().leaf_der = leaf.certificate_der();
  peer.client.edit().issuers_der = {issuing().certificate_der()};
  peer.connection.tls_version = "TLSv1.3";
  return peer;
}

inline tls::Peer good_peer() {
  return peer_with({.subject = {{"O", "Ex, Inc"}, {"CN", "client"}},
                    .dns = {"a.example", "b.example"},
                    .uri = {"spiffe://example/client"},
                    .serial = Bytes{0x00, 0x93, 0x6E},
                    .not_before = 1'700'000'000,
                    .not_after = 1'900'000'000});
}
inline tls::Peer revoked_peer() {
  tls::Peer peer = good_peer();
  peer.client.edit().auth.revoked = "1";
  peer.verdict.state = tls::Verdict::State::revoked;
  return peer;
}
inline tls::Peer unknown_peer(tls::Verdict::Why why) {
  tls::Peer peer = good_peer();
  peer.verdict.state = tls::Verdict::State::unknown;
  peer.verdict.why = why;
  return peer;
}
inline tls::Peer failed_peer() {
  tls::Peer peer = good_peer();
  peer.client.edit().auth.verified = "FAILED:certificate has expired";
  return peer;
}

inline Forwarding forwarding(ForwardPreset preset, std::vector<ForwardHeader> own = {}) {
  SiteConfig site;
  site.forward = preset;
  site.forward_headers = std::move(own);
  return Forwarding::make(site).value();
}
inline HeaderList headers_for(ForwardPreset preset, const tls::Peer& peer) {
  HeaderList headers;
  forwarding(preset).apply(headers, peer, true);
  return headers;
}
inline HeaderList told(const std::string& field, const tls::Peer& peer) {
  HeaderList headers;
  forwarding(ForwardPreset::none, {{.name = "X-Told", .field = field}}).apply(headers, peer, true);
  return headers;
}
inline std::set<std::string> names_of(const HeaderList& headers) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < headers.size(); ++i) names.emplace(headers[i].name);
  return names;
}

inline std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

inline std::vector<Bytes> certificates_of(const std::string& pem) {
  std::vector<Bytes> all;
  for (const auto& one : tls::certificates_from_pem(pem, "header").value())
    all.push_back(tls::certificate_to_der(one.get()));
  return all;
}

inline constexpr ForwardPreset presets[] = {ForwardPreset::cloudflare, ForwardPreset::managed_transform,
                                            ForwardPreset::rfc9440,    ForwardPreset::xfcc,
                                            ForwardPreset::nginx,      ForwardPreset::aws};

}  // namespace edge::http::testing
