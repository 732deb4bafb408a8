// Connections to origins: how one is made, and those that wait for another request.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/http/client.h"
#include "runtime/http/io_deadline.h"
#include "runtime/http/read_buffer.h"
#include "runtime/tls/connector.h"

namespace edge::http {

/// One connection. The exchange that uses it owns it, together with an upload that may go on beside the
/// response; between exchanges the pool does.
struct OriginConnection {
  OriginConnection(TimerWheel& wheel, std::unique_ptr<tls::Stream> stream, Destination destination);
  std::unique_ptr<tls::Stream> stream;
  Destination destination;
  Deadline deadline;
  IoDeadline timing;
  ReadBuffer buffer;
  bool reused = false;
  bool answered = false;              ///< a byte of the current response was received
  bool uploading = false;             ///< the current request's body is being sent
  bool broken = false;                ///< it cannot serve another request
  std::optional<Error> body_failure;  ///< why the current request's body could not be read
  std::chrono::steady_clock::time_point kept_until;
};

struct Connecting {
  boost::asio::io_context& io;
  TimerWheel& wheel;
  std::shared_ptr<tls::Connector> connector;
  std::chrono::milliseconds timeout;  ///< for name, TCP and TLS together
};
/// Tries the addresses of `destination` in their order. ErrorKind::connect, tls or timeout.
Task<Result<std::shared_ptr<OriginConnection>>> connect_to_origin(Connecting how, Destination destination);

/// Kept connections wait without a coroutine, a buffer or a pending read; one deadline sweeps them all.
class ConnectionPool {
 public:
  ConnectionPool(TimerWheel& wheel, std::size_t per_origin_max);
  /// The one used last that still is open and silent: one that speaks unasked would answer the next request
  /// wrongly.
  std::shared_ptr<OriginConnection> take(const Destination& destination);
  /// `kept`: how long the origin said it would wait.
  void keep(std::shared_ptr<OriginConnection> connection, std::optional<std::chrono::seconds> kept);

 private:
  using Idle = std::vector<std::shared_ptr<OriginConnection>>;
  struct Order {
    bool operator()(const Destination& a, const Destination& b) const;
  };
  void sweep();
  std::size_t per_origin_max_;
  std::map<Destination, Idle, Order> idle_;
  Deadline sweeper_;
  bool sweeping_ = false;
};

}  // namespace edge::http
