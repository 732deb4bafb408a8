// Whose certificates OCSP responders are to be asked about: told by workers, beside the connections that wait
// for nothing, to the process that asks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/tls/peer.h"
#include "runtime/tls/site.h"

namespace edge::server {

/// A chain that a site verified.
struct OcspWish {
  std::size_t site = 0;           ///< its place in Config::sites
  std::vector<Bytes> chain = {};  ///< DER, leaf first, without the root
};

/// From all workers of a generation to its fetcher. Messages arrive whole; one that finds no room is lost,
/// and told again when its client comes back.
class OcspChannel {
 public:
  OcspChannel();
  ~OcspChannel();
  OcspChannel(const OcspChannel&) = delete;
  /// False: there is no room.
  [[nodiscard]] bool send(const OcspWish& wish) const;
  /// The next one, where there is one.
  [[nodiscard]] std::optional<OcspWish> receive() const;
  [[nodiscard]] int fd() const { return ends_[1]; }  ///< readable when there is one to receive

 private:
  int ends_[2];
};

/// One for a worker.
class OcspWishes {
 public:
  /// `tell` gives true when it took the wish.
  using Tell = std::function<bool(const OcspWish&)>;
  /// Without it nobody is asked.
  void on_wish(Tell tell) { tell_ = std::move(tell); }
  /// A client of the site at that place of Config::sites. It is told once an hour, so that its answer is kept
  /// fresh, and at once again while nothing is known of it.
  void seen(std::size_t place, const tls::Site& site, const tls::Peer& peer, std::int64_t now);

 private:
  Tell tell_;
  std::unordered_map<std::string, std::int64_t> told_;  ///< by site and fingerprint, in seconds since 1970
};

}  // namespace edge::server
