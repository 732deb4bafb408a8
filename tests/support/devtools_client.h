// A debugger: speaks the DevTools protocol over a real WebSocket.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace edge::testing {

/// Status and body of GET http://127.0.0.1:port/path with one more header line.
std::string devtools_get(std::uint16_t port, const std::string& path, const std::string& header = "");

class DevToolsClient {
 public:
  /// Attaches to the only target of /json/list; waits for it at most 10 s.
  explicit DevToolsClient(std::uint16_t port);
  ~DevToolsClient();
  /// Sends a command; gives its whole answer.
  std::string ask(const std::string& method, const std::string& parameters = "{}");
  void send(const std::string& method, const std::string& parameters = "{}");
  /// The next event, or answer, that holds `text`; fails the test when none comes in 20 s.
  std::string wait_for(std::string_view text);

 private:
  class Socket;
  std::unique_ptr<Socket> socket_;
  int last_id_ = 0;
};

/// The text of the first `"key":"…"`.
std::string member_of(const std::string& json, const std::string& key);

}  // namespace edge::testing
