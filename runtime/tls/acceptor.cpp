// Runs a server's handshake, and makes a Peer of what its rules found out.
#include "runtime/tls/acceptor.h"

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>

#include "runtime/tls/handshake.h"

namespace edge::tls {
namespace {

/// Cloudflare names TLS 1.3's cipher suites as BoringSSL does, and those of TLS 1.2 as OpenSSL does.
std::string cipher_name(std::string_view name) {
  if (name == "TLS_AES_128_GCM_SHA256") return "AEAD-AES128-GCM-SHA256";
  if (name == "TLS_AES_256_GCM_SHA384") return "AEAD-AES256-GCM-SHA384";
  if (name == "TLS_CHACHA20_POLY1305_SHA256") return "AEAD-CHACHA20-POLY1305-SHA256";
  return std::string(name);
}

unsigned round_trip_milliseconds(Socket& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_rtt / 1000;
}

void set_address(ConnectionFacts& facts, const boost::asio::ip::tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  facts.client_address = address.to_string();
  facts.client_port = endpoint.port();
}

ConnectionFacts connection_facts(Handshake& handshake, Stream& stream,
                                 const boost::asio::ip::tcp::endpoint& endpoint) {
  SSL* const ssl = stream.ssl();
  ConnectionFacts facts;
  facts.tls_version = SSL_get_version(ssl);
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl))
    facts.tls_cipher = cipher_name(SSL_CIPHER_get_name(cipher));
  facts.sni = std::move(handshake.sni);
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
  if (alpn) facts.alpn.assign(reinterpret_cast<const char*>(alpn), alpn_size);
  facts.resumed = SSL_session_reused(ssl) == 1;
  facts.client_hello_length = std::move(handshake.hello.length);
  facts.client_random = std::move(handshake.hello.random);
  facts.client_ciphers_sha1 = std::move(handshake.hello.ciphers_sha1);
  facts.client_extensions_sha1 = std::move(handshake.hello.extensions_sha1);
  facts.client_extensions_sha1_le = std::move(handshake.hello.extensions_sha1_le);
  facts.client_tcp_rtt = round_trip_milliseconds(stream.socket());
  set_address(facts, endpoint);
  return facts;
}

std::shared_ptr<const Peer> peer_of(const HandshakeRules& rules, const Site& site, const KnownClient* known,
                                    ConnectionFacts connection) {
  if (!known) return make_peer(std::move(connection), {}, {});
  return make_peer(std::move(connection), known->client, rules.verdict_of(site, *known));
}

}  // namespace

std::int64_t system_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

struct Acceptor::State {
  HandshakeRules rules;
};

Acceptor::Acceptor(std::shared_ptr<const Sites> sites, RevocationSource& revocations, const Limits& limits,
                   Clock clock)
    : state_(new State{HandshakeRules(std::move(sites), revocations, limits, clock)}) {}

Acceptor::~Acceptor() = default;

Task<std::expected<Accepted, Refused>> Acceptor::accept(Socket socket,
                                                        std::move_only_function<void(Stream&)> started) {
  boost::system::error_code gone;
  const auto endpoint = socket.remote_endpoint(gone);
  Handshake handshake;
  HandshakeRules& rules = state_->rules;
  auto stream = std::make_unique<Stream>(std::move(socket), rules.begin(handshake));
  if (started) started(*stream);
  const auto shaken = co_await stream->handshake();
  if (!shaken) {
    Refused refused{.error = shaken.error(), .peer = nullptr};
    if (!handshake.refusal.empty()) refused.error = {ErrorKind::tls, handshake.refusal};
    if (const auto known = handshake.proven.known) {
      refused.peer =
          peer_of(rules, *handshake.site, known.get(), connection_facts(handshake, *stream, endpoint));
    }
    stream->close();
    co_return std::unexpected(std::move(refused));
  }
  const Site& site = *handshake.site;
  const auto known = proof_of(handshake, stream->ssl()).known;
  HandshakeRules::detach(stream->ssl());
  auto peer = peer_of(rules, site, known.get(), connection_facts(handshake, *stream, endpoint));
  co_return Accepted{.stream = std::move(stream), .site = &site, .peer = std::move(peer)};
}

std::shared_ptr<const Peer> renew_verdict(std::shared_ptr<const Peer> peer, const Site& site,
                                          const Revocations& index, std::int64_t now) {
  if (peer->client->auth.verified != "SUCCESS") return peer;
  Verdict verdict = index.judge(peer->client->keys, site.list_policy(), now);
  if (verdict == peer->verdict) return peer;
  return with_verdict(*peer, std::move(verdict));
}

}  // namespace edge::tls
