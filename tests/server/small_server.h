// An http server of a few lines on loopback, for tests of what asks one.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace edge::server::testing {

/// `head` is what follows "HTTP/1.1 ", without its end.
inline std::string http_answer(const std::string& head, const std::string& body = "") {
  return "HTTP/1.1 " + head + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Reads one request of each connection, head and body, and sends what `answer` makes of it, from a thread of
/// its own. As the last member of what `answer` uses it ends first.
class SmallServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit SmallServer(Answer answer)
      : answer_(std::move(answer)), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
  ~SmallServer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  SmallServer(const SmallServer&) = delete;

  /// Without a path.
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  static bool is_whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n"), length = request.find("Content-Length: ");
    if (end == request.npos) return false;
    return length >= end || request.size() >= end + 4 + std::stoul(request.substr(length + 16));
  }
  void serve() {
    for (int client; (client = accept(fd_, nullptr, nullptr)) >= 0; close(client)) {
      std::string request;
      char buffer[8192];
      while (!is_whole(request)) {
        const ssize_t got = read(client, buffer, sizeof buffer);
        if (got <= 0) break;
        request.append(buffer, static_cast<std::size_t>(got));
      }
      if (!is_whole(request)) continue;
      const std::string answer = answer_(request);
      (void)!::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }

  Answer answer_;
  int fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace edge::server::testing
