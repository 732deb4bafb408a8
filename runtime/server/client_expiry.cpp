// A certificate is read again when its next threshold is due, not with each handshake.
#include "runtime/server/client_expiry.h"

#include <limits>

#include "runtime/tls/certs.h"

namespace edge::server {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;
/// Forgetting all of them costs no more than telling the supervisor again, who remembers.
constexpr std::size_t clients_max = 4096;

}  // namespace

void ClientExpiry::seen(const std::string& site, const tls::Peer& peer, std::int64_t now) {
  if (!action_ || thresholds_.empty() || peer.client->auth.verified != "SUCCESS" ||
      peer.client->auth.revoked == "1")
    return;
  // good_until is the whole chain's, so the leaf's end is not before it.
  if (peer.client->good_until - now > thresholds_.front() * day) return;
  if (next_look_.size() >= clients_max) next_look_.clear();
  auto [at, is_new] = next_look_.try_emplace(peer.client->auth.fingerprint_sha256, 0);
  if (!is_new && now < at->second) return;
  const auto leaf = tls::certificate_from_der(peer.client->leaf_der);
  if (!leaf) return;
  tls::DatedCertificate client = tls::dated(leaf->get());
  client.site = site;
  at->second =
      tls::next_threshold(client, thresholds_, now).value_or(std::numeric_limits<std::int64_t>::max());
  if (tls::threshold_passed(client, thresholds_, now)) action_(client);
}

}  // namespace edge::server
