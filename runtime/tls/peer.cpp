// The facts of a connection with another verdict of the revocation lists.
#include "runtime/tls/peer.h"

#include <atomic>

namespace edge::tls {

bool Peer::good() const { return auth.verified == "SUCCESS" && auth.revoked != "1" && verdict.admits(); }

std::shared_ptr<const Peer> with_verdict(const Peer& peer, Verdict verdict) {
  auto changed = std::make_shared<Peer>(peer);
  changed->id = next_peer_id();
  // Cloudflare says SUCCESS of a revoked certificate too: its chain and dates are good.
  changed->auth.revoked = verdict.state == Verdict::State::revoked ? "1" : "0";
  changed->verdict = std::move(verdict);
  return changed;
}

std::uint64_t next_peer_id() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace edge::tls
