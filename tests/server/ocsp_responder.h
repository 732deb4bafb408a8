// An OCSP responder over http on a port of its own, for tests of what asks one.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/tls/responder.h"

namespace edge::server::testing {

/// A responder over http.
class Responder {
 public:
  using Reply = std::function<std::string(BytesView request)>;
  explicit Responder(Reply reply) : reply_(std::move(reply)) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&name), size) == 0);
    REQUIRE(listen(fd_, 16) == 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size);
    port_ = ntohs(name.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Responder() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int requests() const { return requests_; }
  void set(Reply reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }

 private:
  void serve() {
    for (int client; (client = accept(fd_, nullptr, nullptr)) >= 0; close(client)) {
      std::string got;
      std::size_t head = 0, length = 0;
      char buffer[4096];
      for (ssize_t size; (size = read(client, buffer, sizeof buffer)) > 0;) {
        got.append(buffer, static_cast<std::size_t>(size));
        head = got.find("\r\n\r\n");
        const auto at = got.find("Content-Length: ");
        if (head == got.npos || at == got.npos) continue;
        length = std::stoul(got.substr(at + 16));
        if (got.size() >= head + 4 + length) break;
      }
      ++requests_;
      const std::lock_guard lock(mutex_);
      const std::string answer = reply_(as_bytes(std::string_view(got).substr(head + 4)));
      (void)!::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  int fd_;
  std::uint16_t port_;
  std::mutex mutex_;
  Reply reply_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

inline std::string http_answer(const std::string& head, const std::string& body) {
  return "HTTP/1.1 " + head + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}
inline Responder::Reply says(const tls::Identity& signer, const tls::pki::Says& what) {
  return [&signer, what](BytesView request) {
    return http_answer("200 OK\r\nContent-Type: application/ocsp-response",
                       std::string(as_text(tls::pki::respond(request, signer, what))));
  };
}

}  // namespace edge::server::testing
