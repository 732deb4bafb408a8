// Which clients' certificates expire soon: told once by a worker for each certificate and threshold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/tls/expiry.h"
#include "runtime/tls/peer.h"

namespace edge::server {

class ClientExpiry {
 public:
  explicit ClientExpiry(const Config& config) : thresholds_(tls::expiry_thresholds(config)) {}

  /// Called with what passed a threshold. Without it nobody looks.
  void on_expiring(std::function<void(const tls::DatedCertificate&)> action) { action_ = std::move(action); }
  /// The client of a handshake with the site of that name. One whose certificate did not verify, or is
  /// revoked, has no use for another.
  void seen(const std::string& site, const tls::Peer& peer, std::int64_t now);

 private:
  std::vector<std::uint32_t> thresholds_;
  std::function<void(const tls::DatedCertificate&)> action_;
  std::unordered_map<std::string, std::int64_t> next_look_;  ///< by fingerprint, in seconds since 1970
};

}  // namespace edge::server
