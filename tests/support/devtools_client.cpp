// A debugger: speaks the DevTools protocol over a real WebSocket.
#include "tests/support/devtools_client.h"

#include <doctest/doctest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <thread>

namespace edge::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::seconds patience{20};

tcp::endpoint loopback(std::uint16_t port) { return {asio::ip::make_address("127.0.0.1"), port}; }

}  // namespace

std::string devtools_get(std::uint16_t port, const std::string& path, const std::string& header) {
  asio::io_context io;
  beast::tcp_stream stream(io);
  beast::error_code failed;
  stream.socket().connect(loopback(port), failed);
  if (failed) return failed.message();
  const std::string host =
      header.starts_with("Host:") ? "" : "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  const std::string request = "GET " + path + " HTTP/1.1\r\n" + host +
                              (header.empty() ? "" : header + "\r\n") + "Connection: close\r\n\r\n";
  asio::write(stream.socket(), asio::buffer(request), failed);
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  beast::http::read(stream, buffer, response, failed);
  return std::to_string(response.result_int()) + " " + response.body();
}

std::string member_of(const std::string& json, const std::string& key) {
  const std::string start = "\"" + key + "\":\"";
  const auto at = json.find(start);
  if (at == json.npos) return "";
  const auto begin = at + start.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

/// Reads as the debugger waits, on its thread.
class DevToolsClient::Socket {
 public:
  Socket(std::uint16_t port, const std::string& path) : stream_(io_) {
    beast::get_lowest_layer(stream_).connect(loopback(port));
    stream_.read_message_max(0);
    stream_.handshake("127.0.0.1:" + std::to_string(port), path);
    read();
  }
  ~Socket() {
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
    io_.restart();
    io_.run();
  }
  void send(const std::string& message) { stream_.write(asio::buffer(message)); }
  /// The next message; "" when none came.
  std::string next() {
    io_.restart();
    const auto end = std::chrono::steady_clock::now() + patience;
    while (messages_.empty() && std::chrono::steady_clock::now() < end)
      if (io_.run_one_until(end) == 0) break;
    if (messages_.empty()) return "";
    std::string first = std::move(messages_.front());
    messages_.pop_front();
    return first;
  }

 private:
  void read() {
    stream_.async_read(buffer_, [this](beast::error_code failed, std::size_t) {
      if (failed) return;
      messages_.push_back(beast::buffers_to_string(buffer_.data()));
      buffer_.consume(buffer_.size());
      read();
    });
  }
  asio::io_context io_;
  beast::websocket::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  std::deque<std::string> messages_;
};

DevToolsClient::DevToolsClient(std::uint16_t port) {
  std::string url;
  for (int i = 0; i < 500 && url.empty(); ++i) {
    url = member_of(devtools_get(port, "/json/list"), "webSocketDebuggerUrl");
    if (url.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  REQUIRE(url.contains("://"));
  socket_ = std::make_unique<Socket>(port, url.substr(url.find('/', 5)));
}

DevToolsClient::~DevToolsClient() = default;

void DevToolsClient::send(const std::string& method, const std::string& parameters) {
  socket_->send("{\"id\":" + std::to_string(++last_id_) + ",\"method\":\"" + method +
                "\",\"params\":" + parameters + "}");
}

std::string DevToolsClient::ask(const std::string& method, const std::string& parameters) {
  send(method, parameters);
  return wait_for("{\"id\":" + std::to_string(last_id_) + ",");
}

std::string DevToolsClient::wait_for(std::string_view text) {
  while (true) {
    std::string message = socket_->next();
    if (message.contains(text)) return message;
    CAPTURE(std::string(text));
    REQUIRE_FALSE(message.empty());
  }
}

}  // namespace edge::testing
