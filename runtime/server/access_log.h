// One line of the access log for each request.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/message.h"
#include "runtime/tls/peer.h"

namespace edge::server {

/// What an answer came to.
struct AccessOutcome {
  int status = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

/// Remembers of a request what its line will say, because the request itself is handed on. Costs nothing
/// while the access log is off.
class AccessRecord {
 public:
  AccessRecord(const http::Request& request, std::string_view request_id);
  void write(const AccessOutcome& outcome, const tls::Peer& peer) const;

 private:
  bool enabled_;
  std::chrono::steady_clock::time_point started_;
  std::string request_id_, method_, host_, path_;
};

}  // namespace edge::server
