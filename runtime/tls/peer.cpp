// The facts of a connection with another verdict of the revocation lists.
#include "runtime/tls/peer.h"

#include <atomic>

namespace edge::tls {

bool Peer::good() const {
  return client->auth.verified == "SUCCESS" && client->auth.revoked != "1" && verdict.admits();
}

std::shared_ptr<const Peer> make_peer(ConnectionFacts connection, Shared<ClientFacts> client,
                                      Verdict verdict) {
  // Cloudflare says SUCCESS of a revoked certificate too: its chain and dates are good.
  const std::string_view revoked = verdict.state == Verdict::State::revoked ? "1" : "0";
  if (client->auth.revoked != revoked) client.edit().auth.revoked = revoked;
  return std::make_shared<Peer>(Peer{.id = next_peer_id(),
                                     .connection = std::move(connection),
                                     .client = std::move(client),
                                     .verdict = std::move(verdict)});
}

std::shared_ptr<const Peer> with_verdict(const Peer& peer, Verdict verdict) {
  return make_peer(peer.connection, peer.client, std::move(verdict));
}

std::uint64_t next_peer_id() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace edge::tls
