// Clients whose certificate verified: what was found is remembered, so that the next connection costs a hash.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/tls/peer.h"
#include "runtime/tls/recent.h"
#include "runtime/tls/revocations.h"
#include "runtime/tls/site.h"
#include "runtime/tls/tickets.h"

namespace edge::tls {

/// SHA-256 over the trust and every certificate that was sent: whatever a verification depends on but the
/// time.
using ChainId = std::array<std::uint8_t, 32>;

struct KnownClient {
  ChainId id{};
  Shared<ClientFacts> client;  ///< without a revocation verdict
  int code = 0;                ///< X509_V_OK, or why it is not verified
  std::int64_t verified_at = 0;
  std::size_t kept_bytes = 0;  ///< of all certificates that a ticket would hold
};

class KnownClients {
 public:
  explicit KnownClients(std::size_t entries_max) : clients_(entries_max) {}

  /// Verifies `sent`, leaf first, for `site`, or remembers having done so.
  std::shared_ptr<const KnownClient> verify(const Site& site, const std::vector<x509_st*>& sent,
                                            std::int64_t now);
  /// The client that a ticket of `site` was given to, whose leaf is in the session.
  std::shared_ptr<const KnownClient> resume(const TicketFacts& facts, const x509_st* leaf, std::int64_t now);

 private:
  struct Hash {
    std::size_t operator()(const ChainId& id) const;
  };
  std::shared_ptr<const KnownClient> find(const ChainId& id, std::int64_t now);
  Recent<ChainId, std::shared_ptr<const KnownClient>, Hash> clients_;
};

/// What the lists and the deny-list say of a client; `unchecked` where its certificate failed anyway.
Verdict verdict_of(const Site& site, const KnownClient& known, const Revocations& index, std::int64_t now);
/// Why mode `required` refuses the client's handshake; "" when it does not.
std::string refusal_of(const KnownClient& known, const Verdict& verdict);

TicketFacts ticket_facts_of(const Site& site, const KnownClient* known, std::int64_t verified_at);

}  // namespace edge::tls
