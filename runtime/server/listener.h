// Accepts connections on the worker's listening sockets and keeps those that are open.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runtime/server/connection.h"

namespace edge::server {

/// One for a worker. At its limits it closes what it has just accepted; out of file descriptors it pauses
/// (T72, T93).
class Listener {
 public:
  Listener(boost::asio::io_context& io, Shared& shared);
  ~Listener();
  Listener(const Listener&) = delete;

  /// Takes `fd`, a socket that listens, and accepts on it.
  Result<> accept_on(int fd);
  /// Looks for new revocations a few times a second, for the sites that close their clients' connections.
  void watch_revocations();
  /// Accepts no more, ends idle connections, lets running requests finish, at most for drain_timeout; then
  /// calls `drained`. The sockets themselves stay with the process that opened them.
  void drain(std::function<void()> drained);
  /// Accepts no more, ends every connection's waits.
  void cancel();
  [[nodiscard]] std::size_t open() const { return connections_.size(); }

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Task<> accept_loop(Acceptor& acceptor);
  Task<> drain_loop(std::function<void()> drained);
  Task<> revocation_loop();
  void admit(tls::Socket socket, const boost::asio::ip::address& client);
  void finished(Connection& connection);
  void stop_accepting();
  void note_refused(const boost::asio::ip::address& client, std::string_view limit);

  boost::asio::io_context& io_;
  Shared& shared_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_set<Connection*> connections_;
  std::unordered_map<boost::asio::ip::address, std::size_t> open_by_client_;
  std::chrono::steady_clock::time_point refusal_noted_{};
  std::size_t refusals_ = 0;  ///< since the last note
  bool stopped_ = false;
};

}  // namespace edge::server
