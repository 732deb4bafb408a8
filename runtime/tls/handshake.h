// The server's rules of a handshake: OpenSSL's callbacks, and what they find out about one client.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "runtime/tls/acceptor.h"
#include "runtime/tls/client_hello.h"
#include "runtime/tls/known_clients.h"
#include "runtime/tls/recent.h"
#include "runtime/tls/site.h"
#include "runtime/tls/tickets.h"

namespace edge::tls {

class HandshakeRules;

/// A client, and when it last proved to have its key; `known` is null when it presented no certificate.
struct Proof {
  std::shared_ptr<const KnownClient> known;
  std::int64_t at = 0;
};

/// What the callbacks found out so far.
struct Handshake {
  HandshakeRules* rules = nullptr;
  const Site* site = nullptr;
  std::string sni;
  ClientHelloFacts hello;
  Proof proven;         ///< by a full handshake
  Proof remembered;     ///< by the session that the client offers; counts when OpenSSL resumes it
  std::string refusal;  ///< why a callback broke off; "" when OpenSSL did
};

/// One for a worker: the context of new connections, the sessions and the clients that are remembered.
class HandshakeRules {
 public:
  HandshakeRules(std::shared_ptr<const Sites> sites, RevocationSource& revocations, const Limits& limits,
                 Clock clock);
  ~HandshakeRules();
  HandshakeRules(const HandshakeRules&) = delete;

  /// A connection in its accept state; `handshake` outlives it or is detached.
  SslPtr begin(Handshake& handshake);
  static void detach(ssl_st* ssl);
  [[nodiscard]] Verdict verdict_of(const Site& site, const KnownClient& known) const;
  [[nodiscard]] std::int64_t now() const { return clock_(); }

 private:
  struct Callbacks;
  using SessionId = std::string;
  struct KeptSession {
    SessionPtr session;
    std::array<std::uint8_t, 32> trust_id{};
    Proof proof;
  };

  bool choose_site(ssl_st* ssl, Handshake& handshake, int* alert);
  bool admits(const Site& site, const KnownClient& known, std::string& refusal) const;
  bool remember_proof(Handshake& handshake, Proof proof) const;
  std::int64_t session_seconds(const Proof& proof) const;
  TicketKeys& keys_of(const Site& site);

  std::shared_ptr<const Sites> sites_;
  RevocationSource& revocations_;
  Clock clock_;
  SslContextPtr context_;
  KnownClients clients_;
  Recent<SessionId, KeptSession> sessions_;
  std::map<const Site*, TicketKeys> keys_;
};

/// How a session came to be: the resumed one's proof, or this handshake's.
const Proof& proof_of(const Handshake& handshake, const ssl_st* ssl);

}  // namespace edge::tls
