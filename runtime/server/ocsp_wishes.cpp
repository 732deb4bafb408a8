// A socket pair that keeps messages apart and blocks nobody. A message is the site's place, then each
// certificate with its size.
#include "runtime/server/ocsp_wishes.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "runtime/base/error.h"
#include "runtime/tls/byte_reader.h"
#include "runtime/tls/byte_writer.h"

namespace edge::server {
namespace {

/// Of a message. Who has more certificates stays unknown.
constexpr std::size_t wish_bytes_max = 64 * 1024;
constexpr std::int64_t usual_pause = 3600, pressing_pause = 2;
/// Forgetting all of them costs no more than telling again.
constexpr std::size_t told_max = 16 * 1024;

}  // namespace

OcspChannel::OcspChannel() {
  check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_) == 0);
}

OcspChannel::~OcspChannel() {
  for (const int end : ends_) close(end);
}

bool OcspChannel::send(const OcspWish& wish) const {
  tls::ByteWriter message;
  message.number(wish.site, 4);
  for (const Bytes& der : wish.chain) message.vector(der, 4);
  if (message.bytes.size() > wish_bytes_max) return false;
  return ::send(ends_[0], message.bytes.data(), message.bytes.size(), MSG_NOSIGNAL) > 0;
}

std::optional<OcspWish> OcspChannel::receive() const {
  std::array<std::uint8_t, wish_bytes_max> buffer;
  const ssize_t got = recv(ends_[1], buffer.data(), buffer.size(), 0);
  if (got <= 0) return std::nullopt;
  tls::ByteReader from({buffer.data(), static_cast<std::size_t>(got)});
  OcspWish wish{.site = from.number(4)};
  while (!from.is_empty()) {
    const BytesView der = from.vector(4);
    wish.chain.emplace_back(der.begin(), der.end());
  }
  if (from.failed()) return OcspWish{};
  return wish;
}

void OcspWishes::seen(std::size_t place, const tls::Site& site, const tls::Peer& peer, std::int64_t now) {
  if (!tell_ || !site.asks_ocsp() || peer.client->auth.verified != "SUCCESS" || peer.client->leaf_der.empty())
    return;
  const bool is_pressing = peer.verdict.state == tls::Verdict::State::unknown;
  if (told_.size() >= told_max) told_.clear();
  std::int64_t& told = told_[std::to_string(place) + " " + peer.client->auth.fingerprint_sha256];
  if (now >= told && now - told < (is_pressing ? pressing_pause : usual_pause)) return;
  OcspWish wish{.site = place, .chain = {peer.client->leaf_der}};
  wish.chain.insert(wish.chain.end(), peer.client->issuers_der.begin(), peer.client->issuers_der.end());
  if (tell_(wish)) told = now;
}

}  // namespace edge::server
