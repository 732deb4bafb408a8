// The accept loops, the limits on connections, and the only place where a connection's coroutine is started.
#include "runtime/server/listener.h"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "runtime/base/log.h"

namespace edge::server {
namespace {

using boost::asio::ip::address;

// What one client is for the limit: an IPv6 host owns a /64 as a rule; IPv4 in IPv6 clothes is IPv4.
address client_key(const address& of) {
  if (!of.is_v6()) return of;
  const auto v6 = of.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6);
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return boost::asio::ip::address_v6(bytes);
}

// Coroutines of this layer report failures as values; an exception is a bug and is said, not swallowed.
void note_exception(const std::exception_ptr& exception, std::string_view where) {
  if (!exception) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    log::write(LogLevel::error, "internal", e.what(), {{"where", where}});
  } catch (...) {
    log::write(LogLevel::error, "internal", "unknown exception", {{"where", where}});
  }
}

bool is_exhaustion(const boost::system::error_code& error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == boost::system::errc::no_buffer_space || error == boost::system::errc::not_enough_memory;
}

}  // namespace

Listener::Listener(boost::asio::io_context& io, Shared& shared) : io_(io), shared_(shared) {}

Listener::~Listener() { stop_accepting(); }

Result<> Listener::accept_on(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0)
    return fail(ErrorKind::bind, "an inherited descriptor is no socket");
  auto acceptor = std::make_unique<Acceptor>(io_);
  boost::system::error_code failed;
  acceptor->assign(name.ss_family == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd,
                   failed);
  if (failed) return fail(ErrorKind::bind, "an inherited socket cannot be used: " + failed.message());
  Acceptor& borrowed = *acceptors_.emplace_back(std::move(acceptor));
  boost::asio::co_spawn(io_, accept_loop(borrowed),
                        [](const std::exception_ptr& e) { note_exception(e, "accept"); });
  return {};
}

Task<> Listener::accept_loop(Acceptor& acceptor) {
  Timer pause(io_);
  while (!stopped_) {
    boost::asio::ip::tcp::endpoint from;
    auto [failed, socket] = co_await acceptor.async_accept(from, boost::asio::as_tuple(use_task));
    if (stopped_) break;
    if (!failed) {
      admit(std::move(socket), client_key(from.address()));
      continue;
    }
    // Out of descriptors, the kernel keeps the connection in its queue: trying again at once would spin.
    if (!is_exhaustion(failed)) continue;
    log::write(LogLevel::warn, "accept.paused", failed.message(), {{"open", open()}});
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(boost::asio::as_tuple(use_task));
  }
}

void Listener::watch_revocations() {
  boost::asio::co_spawn(io_, revocation_loop(),
                        [](const std::exception_ptr& e) { note_exception(e, "revocations"); });
}

Task<> Listener::revocation_loop() {
  constexpr std::chrono::milliseconds pause_time{200};
  Timer pause(io_);
  for (std::uint64_t seen = shared_.revocations.epoch(); !stopped_;) {
    pause.expires_after(pause_time);
    co_await pause.async_wait(boost::asio::as_tuple(use_task));
    if (shared_.revocations.epoch() == seen) continue;
    seen = shared_.revocations.current()->epoch();
    for (Connection* connection : connections_) connection->close_if_revoked();
  }
}

void Listener::admit(tls::Socket socket, const address& client) {
  if (connections_.size() >= shared_.limits.connections) return note_refused(client, "connections");
  std::size_t& open_here = open_by_client_[client];
  if (open_here >= shared_.limits.connections_per_client)
    return note_refused(client, "connections_per_client");
  ++open_here;
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  auto owned = std::make_unique<Connection>(shared_, std::move(socket), client);
  Connection& connection = *owned;
  connections_.insert(&connection);
  boost::asio::co_spawn(io_, connection.run(), [this, owned = std::move(owned)](const std::exception_ptr& e) {
    note_exception(e, "connection");
    finished(*owned);
  });
}

void Listener::finished(Connection& connection) {
  connections_.erase(&connection);
  const auto at = open_by_client_.find(connection.client());
  if (--at->second == 0) open_by_client_.erase(at);
}

// The socket closes as it goes out of scope; one line a second says how many were turned away.
void Listener::note_refused(const address& client, std::string_view limit) {
  ++refusals_;
  const auto now = std::chrono::steady_clock::now();
  if (now - refusal_noted_ < std::chrono::seconds(1)) return;
  refusal_noted_ = now;
  log::write(LogLevel::warn, "connection.refused", "too many connections",
             {{"limit", limit},
              {"client_ip", client.to_string()},
              {"open", open()},
              {"refused", std::exchange(refusals_, 0)}});
}

void Listener::drain(std::function<void()> drained) {
  stop_accepting();
  boost::asio::co_spawn(io_, drain_loop(std::move(drained)),
                        [](const std::exception_ptr& e) { note_exception(e, "drain"); });
}

Task<> Listener::drain_loop(std::function<void()> drained) {
  Timer pause(io_);
  const auto end = std::chrono::steady_clock::now() + shared_.limits.drain_timeout;
  // Finished connections leave the set only in handlers of their own, so walking it is safe: drain() never
  // resumes one.
  for (;;) {
    for (Connection* connection : connections_) connection->drain();
    const bool idle = connections_.empty() && !shared_.handlers.busy();
    if (idle || std::chrono::steady_clock::now() >= end) break;
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(boost::asio::as_tuple(use_task));
  }
  if (!connections_.empty())
    log::write(LogLevel::warn, "drain.timeout", "connections were cut off", {{"open", open()}});
  drained();
}

void Listener::cancel() {
  stop_accepting();
  for (Connection* connection : connections_) connection->cancel();
}

void Listener::stop_accepting() {
  stopped_ = true;
  for (auto& acceptor : acceptors_) {
    // Not close(): other processes hold the same socket, so epoll would go on reporting it to this one.
    boost::system::error_code failed;
    const int fd = acceptor->release(failed);
    if (!failed && fd >= 0) ::close(fd);
  }
}

}  // namespace edge::server
