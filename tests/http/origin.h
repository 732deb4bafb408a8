// An origin on loopback, with a client beside it in the same loop.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/http/client.h"
#include "tests/http/loopback.h"

namespace edge::test {

/// An origin that accepts connections and counts them.
struct Origin : Loopback {
  http::Client client{io, wheel, limits, nullptr};
  int connections = 0;

  http::Destination destination() { return {"http", "127.0.0.1", port()}; }
  /// Serves every connection with the codec.
  void serve_all(Answer answer) {
    spawn([](Origin& origin, Answer answer) -> Task<> {
      for (;;) {
        Socket socket = co_await origin.acceptor.async_accept(origin.io.get_executor(), use_task);
        ++origin.connections;
        origin.spawn(serve(origin, std::move(socket), answer));
      }
    }(*this, std::move(answer)));
  }
  /// Says the next of `answers` to each connection, once it has seen a head; closes after `answers` ran out.
  void say(std::vector<std::string> answers, bool close_after = true) {
    spawn([](Origin& origin, std::vector<std::string> answers, bool close_after) -> Task<> {
      std::vector<std::unique_ptr<tls::Stream>> open;
      for (const std::string& answer : answers) {
        auto stream = std::make_unique<tls::Stream>(
            co_await origin.acceptor.async_accept(origin.io.get_executor(), use_task));
        ++origin.connections;
        co_await read_until(*stream, "\r\n\r\n");
        co_await stream->write(answer);
        if (!close_after) open.push_back(std::move(stream));
      }
      if (!close_after) co_await read_to_end(*open.back());
    }(*this, std::move(answers), close_after));
  }
};

inline http::Request get(std::string target = "/") {
  http::Request request;
  request.authority = "origin.example";
  request.target = std::move(target);
  return request;
}

inline http::Request post(http::Body body) {
  http::Request request = get("/p");
  request.method = "POST";
  request.body = std::move(body);
  return request;
}

}  // namespace edge::test
