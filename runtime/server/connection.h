// One client's connection: handshake, facts, and the requests on it, one after the other.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/base/task.h"
#include "runtime/http/h1.h"
#include "runtime/http/identity_headers.h"
#include "runtime/http/web_socket_stream.h"
#include "runtime/server/access_log.h"
#include "runtime/server/client_auth_log.h"
#include "runtime/server/client_expiry.h"
#include "runtime/server/error_page.h"
#include "runtime/server/handlers.h"
#include "runtime/server/ocsp_wishes.h"
#include "runtime/tls/acceptor.h"

namespace edge::server {

/// What every connection of a worker borrows; all of it outlives the connections.
struct Shared {
  TimerWheel& wheel;
  const Limits& limits;
  const tls::Sites& sites;
  tls::Acceptor& acceptor;
  tls::RevocationSource& revocations;
  Handlers& handlers;
  ClientAuthLog& client_auth_log;
  ClientExpiry& client_expiry;
  OcspWishes& ocsp_wishes;
  http::FoldedNames configured_claims = {};                ///< see http/identity_headers.h
  std::function<void(const std::string& url)> list_found;  ///< may be empty
};

class Connection {
 public:
  Connection(Shared& shared, tls::Socket socket, boost::asio::ip::address client);
  ~Connection();
  Connection(const Connection&) = delete;

  /// The whole life of the connection.
  Task<> run();
  /// No request after the one that runs; a connection that waits for its next request ends at once.
  void drain();
  /// Ends every wait of this connection.
  void cancel();
  /// Ends at once when its client is revoked by now, and it is a WebSocket or its site wants that.
  void close_if_revoked();
  [[nodiscard]] const boost::asio::ip::address& client() const { return client_; }

 private:
  Task<bool> shake_hands();
  /// The next request, from its bytes to those of its answer; false: it was the last one.
  Task<bool> serve(http::H1& http);
  Task<> refuse(http::H1& http, http::FramingProblem problem);
  Task<> join(http::Response response, http::WebSocketOffer offer, const AccessRecord& record);
  void expired();
  std::optional<Failure> objection(const http::Request& request);
  void admit(http::Request& request, std::string_view id);
  void renew_verdict();
  void note_refusal(const tls::Refused& refused);
  void note_verdict();
  void note_distribution_points();
  void note_seen(const tls::Site& site, const tls::Peer& peer);

  Shared& shared_;
  tls::Socket socket_;  ///< moved to the stream when the handshake begins
  boost::asio::ip::address client_;
  Deadline deadline_;
  tls::Stream* handshaking_ = nullptr;
  std::shared_ptr<tls::Stream> stream_;
  std::shared_ptr<http::WebSocketEnd> web_socket_;  ///< what the connection has become
  const tls::Site* site_ = nullptr;
  std::shared_ptr<const tls::Peer> peer_;  ///< with the newest verdict
  http::HeaderList client_headers_;  ///< what every request says of where it came from; made with the first
  std::uint64_t epoch_ = 0;          ///< of the index that peer_'s verdict is from
  std::int64_t checked_at_ = 0;      ///< when that was asked, in seconds since 1970
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  bool waiting_ = false;  ///< for a request
  bool looks_ = false;    ///< what deadline_ ends next is not yet the wait, but a part of it
  bool served_ = false;   ///< at least one request
  bool draining_ = false;
};

}  // namespace edge::server
