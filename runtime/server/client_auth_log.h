// The `tls.client_auth` event: whose client authentication failed, why, and which CAs were wanted.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "runtime/tls/peer.h"
#include "runtime/tls/site.h"

namespace edge::server {

/// Writes at most `events_max` events a minute for one client address; the next one says how many were left
/// out.
class ClientAuthLog {
 public:
  static constexpr std::size_t events_max = 10;
  static constexpr std::size_t addresses_max = 4096;

  /// The handshake was refused. `peer` is null when no certificate came; `site` when none was chosen.
  void refused(const boost::asio::ip::address& client, const tls::Peer* peer, const tls::Site* site,
               std::string_view why);
  /// The handshake was accepted with a certificate that is not good, or a live connection's certificate was
  /// revoked.
  void not_good(const boost::asio::ip::address& client, const tls::Peer& peer, const tls::Site& site);

 private:
  struct Budget {
    std::chrono::steady_clock::time_point since;
    std::size_t written = 0, left_out = 0;
  };
  struct Event;
  void write(const Event& event);

  std::unordered_map<boost::asio::ip::address, Budget> budgets_;
};

}  // namespace edge::server
