// Facts of a client for `request.cf`, in the order in which cf.js gives them their names.
#include "bindings/cf.h"

#include <boost/json.hpp>

#include "bindings/exchange.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "runtime/tls/certificate.h"

namespace edge::bindings {
namespace {

std::string_view state_name(tls::Verdict::State state) {
  switch (state) {
    case tls::Verdict::State::unchecked:
      return "unchecked";
    case tls::Verdict::State::good:
      return "good";
    case tls::Verdict::State::revoked:
      return "revoked";
    case tls::Verdict::State::unknown:
      return "unknown";
  }
  return "";
}

std::string_view why_name(tls::Verdict::Why why) {
  switch (why) {
    case tls::Verdict::Why::none:
      return "";
    case tls::Verdict::Why::missing:
      return "missing";
    case tls::Verdict::Why::stale:
      return "stale";
    case tls::Verdict::Why::not_covered:
      return "not covered";
  }
  return "";
}

std::string boolean(bool value) { return value ? "true" : "false"; }

js::Result<std::unique_ptr<PeerHandle>> peer(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  const auto& peer = (*exchange)->peer();
  return peer ? std::make_unique<PeerHandle>(peer) : nullptr;
}

/// The number of the request's Peer, 0 without one: the key of what is derived from it once.
js::Result<double> peer_id(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  const auto& peer = (*exchange)->peer();
  return peer ? static_cast<double>(peer->id) : 0.0;
}

std::string_view protocol_name(http::Version version) {
  switch (version) {
    case http::Version::http_1_0:
      return "HTTP/1.0";
    case http::Version::http_1_1:
      return "HTTP/1.1";
    case http::Version::http_2:
      return "HTTP/2";
  }
  return "";
}

/// What `cf` says of a request besides its connection: protocol, line feed, Accept-Encoding.
std::string request_facts_of(const http::Request& request) {
  std::string facts(protocol_name(request.version));
  facts += '\n';
  std::string_view separator;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers[i];
    if (!http::equal_ignoring_case(name, "accept-encoding")) continue;
    facts.append(separator).append(value);
    separator = ", ";
  }
  return facts;
}

js::Result<js::OneByte> request_facts(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  return js::OneByte{request_facts_of((*exchange)->request())};
}

/// tlsClientAuth's values in Cloudflare's order, then the connection's, then the verdict's.
std::vector<std::string> peer_facts(PeerHandle& handle) {
  const tls::Peer& peer = *handle.peer;
  const tls::ConnectionFacts& connection = peer.connection;
  std::vector<std::string> facts;
  facts.reserve(tls::client_auth_fields.size() + 19);
  for (const tls::ClientAuthField& field : tls::client_auth_fields)
    facts.push_back(field.text ? peer.client->auth.*field.text : boolean(peer.client->auth.*field.flag));
  facts.insert(facts.end(),
               {connection.tls_version, connection.tls_cipher, connection.client_hello_length,
                connection.client_random, connection.client_ciphers_sha1, connection.client_extensions_sha1,
                connection.client_extensions_sha1_le, std::to_string(connection.client_tcp_rtt),
                connection.client_address, boolean(connection.resumed), connection.sni,
                std::string(state_name(peer.verdict.state)), std::to_string(peer.verdict.reason),
                std::to_string(peer.verdict.revoked_at), peer.verdict.list.text(),
                std::to_string(peer.verdict.this_update), std::to_string(peer.verdict.next_update),
                std::string(why_name(peer.verdict.why)), boolean(peer.verdict.tolerated)});
  return facts;
}

/// [[["CN", "x"], …], …]: a list of RDNs, each a list of attributes, because either may repeat (T32).
boost::json::array name_json(const std::vector<tls::RelativeName>& name) {
  boost::json::array rdns;
  for (const tls::RelativeName& rdn : name) {
    boost::json::array attributes;
    for (const tls::NameAttribute& attribute : rdn)
      attributes.push_back(boost::json::array{attribute.type, attribute.value});
    rdns.push_back(std::move(attributes));
  }
  return rdns;
}

boost::json::array strings_json(const std::vector<std::string>& strings) {
  return boost::json::array(strings.begin(), strings.end());
}

std::string details_json(const tls::CertificateDetails& details) {
  boost::json::array extensions;
  for (const auto& [oid, der] : details.extensions)
    extensions.push_back(boost::json::array{oid, base64(der)});
  return boost::json::serialize(boost::json::object{
      {"subject", name_json(details.subject)},
      {"issuer", name_json(details.issuer)},
      {"san", boost::json::object{{"dns", strings_json(details.san_dns)},
                                  {"uri", strings_json(details.san_uri)},
                                  {"email", strings_json(details.san_email)},
                                  {"ip", strings_json(details.san_ip)}}},
      {"serial", details.serial},
      {"sha256", details.sha256},
      {"notBefore", details.not_before},
      {"notAfter", details.not_after},
      {"extendedKeyUsage", strings_json(details.extended_key_usage)},
      {"spiffeId", details.spiffe_id},
      {"key", boost::json::object{{"algorithm", details.key_algorithm},
                                  {"bits", details.key_bits},
                                  {"curve", details.key_curve},
                                  {"spkiSha256", details.spki_sha256}}},
      {"extensions", std::move(extensions)},
  });
}

/// The certificate as data; null when none was presented, an Error for one that must not be read (T30).
js::Result<std::optional<std::string>> peer_certificate(PeerHandle& handle) {
  if (handle.peer->client->leaf_der.empty()) return std::nullopt;
  auto details = tls::certificate_details(handle.peer->client->leaf_der);
  if (!details) return js::plain_error(details.error().message);
  return details_json(*details);
}

constexpr js::Native table[] = {
    js::native<&peer>("peer"),
    js::native<&peer_id>("peerId"),
    js::native<&request_facts>("requestFacts"),
    js::native<&peer_facts>("peerFacts"),
    js::native<&peer_certificate>("peerCertificate"),
};

}  // namespace

constinit const std::span<const js::Native> cf_natives = table;

double cf_number(Host& host, const http::Request& request) {
  const std::size_t kind = host.kind_of(request_facts_of(request));
  const std::uint64_t peer = request.peer ? request.peer->id : 0;
  if (kind == 0 || (request.peer && peer == 0)) return 0;
  return static_cast<double>(peer * (Host::kinds_max + 1) + kind);
}

}  // namespace edge::bindings
