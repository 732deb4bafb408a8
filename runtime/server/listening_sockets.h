// The sockets that a server listens on: opened by the supervisor, inherited by the workers, kept across
// reloads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge::server {

/// Closes a file descriptor. Immutable, so that two generations of workers can share one.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd();
  OwnedFd(const OwnedFd&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// For each address one socket for each worker (SO_REUSEPORT), so that the kernel spreads connections.
class ListeningSockets {
 public:
  /// Opens what `reuse` does not have. ErrorKind::bind names address and cause; then nothing was changed.
  static Result<ListeningSockets> open(const std::vector<ListenAddress>& addresses, std::size_t workers,
                                       const ListeningSockets* reuse);
  /// The sockets of worker number `slot`.
  [[nodiscard]] std::vector<int> of(std::size_t slot) const;
  [[nodiscard]] std::vector<int> all() const;
  /// "https://127.0.0.1:8443", with the port that the kernel chose where 0 was asked for.
  [[nodiscard]] std::vector<std::string> urls() const;

 private:
  struct Entry {
    ListenAddress configured;
    std::uint16_t port = 0;
    std::vector<std::shared_ptr<const OwnedFd>> sockets;
  };
  std::vector<Entry> entries_;
};

}  // namespace edge::server
