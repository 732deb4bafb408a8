// An origin for tests, on loopback.
#include "tests/support/test_origin.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <mutex>
#include <thread>

#include "runtime/base/task.h"
#include "runtime/tls/stream.h"

namespace edge::test {
namespace {

constexpr auto waited = boost::asio::as_tuple(use_task);

std::size_t content_length(std::string_view head) {
  for (std::string_view name : {"Content-Length: ", "content-length: "}) {
    const std::size_t at = head.find(name);
    std::size_t length = 0;
    if (at != head.npos) std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    if (length > 0) return length;
  }
  return 0;
}

}  // namespace

struct TestOrigin::State {
  boost::asio::io_context io{1};
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor{
      io.get_executor(), {boost::asio::ip::make_address("127.0.0.1"), 0}};
  std::function<std::string(const std::string&)> answer;
  mutable std::mutex mutex;
  std::vector<std::string> requests;
  std::jthread thread;

  Task<> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(waited);
      if (error) co_return;
      boost::asio::co_spawn(io, serve(std::move(socket)), boost::asio::detached);
    }
  }

  Task<> serve(tls::Socket socket) {
    std::string buffer;
    for (;;) {
      auto [error, head] = co_await boost::asio::async_read_until(socket, boost::asio::dynamic_buffer(buffer),
                                                                  "\r\n\r\n", waited);
      if (error) co_return;
      std::size_t end = 0;
      if (buffer.substr(0, head).contains("chunked")) {
        auto [failed, size] = co_await boost::asio::async_read_until(
            socket, boost::asio::dynamic_buffer(buffer), "0\r\n\r\n", waited);
        if (failed) co_return;
        end = size;
      } else {
        end = head + content_length(std::string_view(buffer).substr(0, head));
        while (buffer.size() < end) {
          const std::size_t before = buffer.size();
          buffer.resize(end);
          auto [failed, size] = co_await socket.async_read_some(
              boost::asio::buffer(buffer.data() + before, end - before), waited);
          if (failed) co_return;
          buffer.resize(before + size);
        }
      }
      const std::string request = buffer.substr(0, end);
      buffer.erase(0, end);
      {
        std::lock_guard lock(mutex);
        requests.push_back(request);
      }
      const std::string response = answer(request);
      if (response.empty()) co_return;
      auto [failed, size] = co_await boost::asio::async_write(socket, boost::asio::buffer(response), waited);
      if (failed) co_return;
    }
  }
};

TestOrigin::TestOrigin(std::function<std::string(const std::string& request)> answer)
    : state_(std::make_unique<State>()) {
  state_->answer = std::move(answer);
  boost::asio::co_spawn(state_->io, state_->accept(), boost::asio::detached);
  state_->thread = std::jthread([state = state_.get()] { state->io.run_for(std::chrono::seconds(60)); });
}

TestOrigin::~TestOrigin() {
  state_->io.stop();
  state_->thread.join();
}

std::string TestOrigin::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

std::vector<std::string> TestOrigin::requests() const {
  std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::string ok(const std::string& body, const std::string& headers) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
         body;
}

}  // namespace edge::test
