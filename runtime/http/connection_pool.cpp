// Which connection serves the next request to an origin.
#include "runtime/http/connection_pool.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

namespace edge::http {

using namespace std::chrono_literals;

namespace {

/// Origins commonly end idle connections after 60 or 75 seconds; being first avoids a lost request.
constexpr std::chrono::seconds kept_max = 55s;
constexpr auto sweep_interval = 5s;

bool is_open_and_silent(OriginConnection& connection) {
  char byte = 0;
  const auto count = recv(connection.stream->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && !connection.stream->has_pending();
}

}  // namespace

OriginConnection::OriginConnection(TimerWheel& wheel, std::unique_ptr<tls::Stream> stream,
                                   Destination destination)
    : stream(std::move(stream)),
      destination(std::move(destination)),
      deadline(wheel, [this] { this->stream->cancel(); }),
      timing(deadline) {}

ConnectionPool::ConnectionPool(TimerWheel& wheel, std::size_t per_origin_max)
    : per_origin_max_(per_origin_max), sweeper_(wheel, [this] { sweep(); }) {}

bool ConnectionPool::Order::operator()(const Destination& a, const Destination& b) const {
  return std::tie(a.port, a.host, a.scheme, a.reach) < std::tie(b.port, b.host, b.scheme, b.reach);
}

std::shared_ptr<OriginConnection> ConnectionPool::take(const Destination& destination) {
  const auto found = idle_.find(destination);
  if (found == idle_.end()) return nullptr;
  const auto now = std::chrono::steady_clock::now();
  for (Idle& idle = found->second; !idle.empty();) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    if (now < connection->kept_until && is_open_and_silent(*connection)) return connection;
  }
  return nullptr;
}

void ConnectionPool::keep(std::shared_ptr<OriginConnection> connection,
                          std::optional<std::chrono::seconds> kept) {
  // A second of what the origin promised is spent on the way.
  const auto time = std::min(kept.value_or(kept_max) - (kept ? 1s : 0s), kept_max);
  if (time <= 0s) return;
  Idle& idle = idle_[connection->destination];
  if (idle.size() >= per_origin_max_) return;
  connection->buffer.release();
  connection->answered = false;
  connection->reused = true;
  connection->kept_until = std::chrono::steady_clock::now() + time;
  idle.push_back(std::move(connection));
  if (!std::exchange(sweeping_, true)) sweeper_.expires_after(sweep_interval);
}

void ConnectionPool::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const auto is_over = [&](const std::shared_ptr<OriginConnection>& connection) {
    return now >= connection->kept_until || !is_open_and_silent(*connection);
  };
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    std::erase_if(entry->second, is_over);
    entry = entry->second.empty() ? idle_.erase(entry) : std::next(entry);
  }
  sweeping_ = !idle_.empty();
  if (sweeping_) sweeper_.expires_after(sweep_interval);
}

}  // namespace edge::http
