// Binding, with error messages that name the remedy.
#include "runtime/server/listening_sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace edge::server {
namespace {

// How a bind treats other sockets of the same address.
enum class Sharing : std::uint8_t { exclusive, among_workers };

std::string in_brackets(const std::string& address) {
  const bool bare_v6 = address.contains(':') && !address.starts_with('[');
  return bare_v6 ? "[" + address + "]" : address;
}

std::string display(const ListenAddress& address) {
  return in_brackets(address.address) + ":" + std::to_string(address.port);
}

std::string cause(int error) {
  std::string text = std::strerror(error);
  if (error == EACCES) text += " (ports below 1024 need the capability CAP_NET_BIND_SERVICE)";
  if (error == EADDRINUSE) text += " (another program listens there)";
  if (error == EADDRNOTAVAIL) text += " (no interface of this machine has that address)";
  return text;
}

class Resolved {
 public:
  static Result<Resolved> of(const ListenAddress& address) {
    std::string host = address.address;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    if (failed != 0)
      return fail(ErrorKind::bind, "cannot listen on " + display(address) + ": " + gai_strerror(failed));
    Resolved resolved;
    std::memcpy(&resolved.name_, found->ai_addr, found->ai_addrlen);
    resolved.size_ = found->ai_addrlen;
    freeaddrinfo(found);
    return resolved;
  }
  void set_port(std::uint16_t port) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&name_);
    auto* v4 = reinterpret_cast<sockaddr_in*>(&name_);
    (name_.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port) = htons(port);
  }
  // A bound socket, or -1 with errno.
  [[nodiscard]] int bound(Sharing sharing) const {
    const int fd = socket(name_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (sharing == Sharing::among_workers) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    // "::" and "0.0.0.0" are two addresses, so that both can be listened on.
    if (name_.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&name_), size_) == 0) return fd;
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
  }

 private:
  sockaddr_storage name_{};
  socklen_t size_ = 0;
};

std::uint16_t port_of(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  check(getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0);
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&name);
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&name);
  return ntohs(name.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
}

}  // namespace

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

Result<ListeningSockets> ListeningSockets::open(const std::vector<ListenAddress>& addresses,
                                                std::size_t workers, const ListeningSockets* reuse) {
  std::vector<Entry> old = reuse ? reuse->entries_ : std::vector<Entry>{};
  ListeningSockets sockets;
  for (const ListenAddress& address : addresses) {
    auto resolved = Resolved::of(address);
    if (!resolved) return std::unexpected(std::move(resolved.error()));
    const auto failed = [&](int why) {
      return fail(ErrorKind::bind, "cannot listen on " + display(address) + ": " + cause(why));
    };
    Entry entry{.configured = address, .port = 0, .sockets = {}};
    const auto known = std::ranges::find(old, address, &Entry::configured);
    if (known != old.end()) {
      entry = std::move(*known);
      old.erase(known);
    } else {
      // SO_REUSEPORT would let a second server of the same user share the port in silence; an exclusive bind
      // tells.
      const OwnedFd probe(resolved->bound(Sharing::exclusive));
      if (probe.get() < 0) return failed(errno);
      entry.port = port_of(probe.get());
    }
    resolved->set_port(entry.port);
    if (entry.sockets.size() > workers) entry.sockets.resize(workers);
    while (entry.sockets.size() < workers) {
      const auto fd = std::make_shared<const OwnedFd>(resolved->bound(Sharing::among_workers));
      if (fd->get() < 0 || listen(fd->get(), SOMAXCONN) != 0) return failed(errno);
      entry.sockets.push_back(fd);
    }
    sockets.entries_.push_back(std::move(entry));
  }
  return sockets;
}

std::vector<int> ListeningSockets::of(std::size_t slot) const {
  std::vector<int> fds;
  for (const Entry& entry : entries_) fds.push_back(entry.sockets.at(slot)->get());
  return fds;
}

std::vector<int> ListeningSockets::all() const {
  std::vector<int> fds;
  for (const Entry& entry : entries_)
    for (const auto& socket : entry.sockets) fds.push_back(socket->get());
  return fds;
}

std::vector<std::string> ListeningSockets::urls() const {
  std::vector<std::string> urls;
  for (const Entry& entry : entries_)
    urls.push_back("https://" + in_brackets(entry.configured.address) + ":" + std::to_string(entry.port));
  return urls;
}

}  // namespace edge::server
