// Two ends of a TCP connection on loopback, a loop to run them in, and the spine of a server around the
// codec.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/base/io_context.h"
#include "runtime/http/h1.h"
#include "runtime/tls/stream.h"

namespace edge::test {

using tls::Socket;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
using Answer = std::function<Task<http::Response>(http::Request)>;

struct Loopback {
  IoContext io;
  TimerWheel wheel{io};
  Limits limits;
  Acceptor acceptor{io.get_executor(), {boost::asio::ip::make_address("127.0.0.1"), 0}};

  [[nodiscard]] std::uint16_t port() { return acceptor.local_endpoint().port(); }
  /// Client's end, server's end.
  std::pair<Socket, Socket> connected() {
    Socket client(io.get_executor());
    client.connect(acceptor.local_endpoint());
    Socket server = acceptor.accept();
    return {std::move(client), std::move(server)};
  }
  void spawn(Task<> task) {
    boost::asio::co_spawn(io, std::move(task), [](const std::exception_ptr& exception) {
      if (exception) std::rethrow_exception(exception);
    });
  }
  /// Runs `body` to its end; whatever else was spawned stops with it.
  template <class Coroutine>
  void run(Coroutine body) {
    bool ended = false;
    boost::asio::co_spawn(io, body(), [&](const std::exception_ptr& exception) {
      ended = true;
      io.stop();
      if (exception) std::rethrow_exception(exception);
    });
    io.run_for(std::chrono::seconds(30));
    REQUIRE_MESSAGE(ended, "the test did not end in time");
    io.restart();
  }
};

/// Answers requests until the connection is of no more use, as runtime/server/connection.cpp does.
inline Task<> serve(Loopback& loop, Socket socket, Answer answer) {
  tls::Stream stream(std::move(socket));
  Deadline deadline(loop.wheel, [&] { stream.cancel(); });
  http::H1 h1(stream, deadline, loop.limits);
  for (;;) {
    if (!h1.begin_wait(loop.limits.idle_timeout)) {
      if (stream.peer_has_ended()) break;
      const auto readable = co_await stream.wait_readable();
      h1.end_wait();
      if (!readable) break;
    }
    auto outcome = co_await h1.read();
    http::Response response;
    const bool refused = outcome.problem.has_value();
    if (refused)
      response.status = outcome.problem->status;
    else if (outcome.request)
      response = co_await answer(std::move(*outcome.request));
    else
      break;
    if (!h1.write_now(response, refused)) co_await h1.write(std::move(response), refused);
    std::optional<bool> reusable = h1.reusable_now();
    if (!reusable) reusable = co_await h1.reusable();
    if (!*reusable) break;
  }
  stream.close();
}

inline http::Response text_response(std::string text, int status = 200) {
  http::Response response;
  response.status = status;
  response.body = http::Body(std::move(text));
  return response;
}

/// Says what came: "METHOD authority target|name: value|…|body".
inline Task<http::Response> echo(http::Request request) {
  std::string text = request.method + " " + request.authority + " " + request.target + "|";
  for (std::size_t at = 0; at < request.headers.size(); ++at)
    text += std::string(request.headers[at].name) + ": " + std::string(request.headers[at].value) + "|";
  auto body = co_await request.body.collect(std::size_t{1} << 30);
  if (!body) {
    const int status = body.error().kind == ErrorKind::limit     ? 413
                       : body.error().kind == ErrorKind::timeout ? 408
                                                                 : 400;
    co_return text_response("no body", status);
  }
  co_return text_response(text + *body);
}

inline Task<std::string> read_to_end(tls::Stream& stream) {
  std::string all;
  char piece[4096];
  for (;;) {
    const auto count = co_await stream.read_some(piece);
    if (!count || *count == 0) co_return all;
    all.append(piece, *count);
  }
}

/// Reads until `text` was seen; what came after it is in the result too.
inline Task<std::string> read_until(tls::Stream& stream, std::string text) {
  std::string all;
  char piece[4096];
  while (!all.contains(text)) {
    const auto count = co_await stream.read_some(piece);
    if (!count || *count == 0) break;
    all.append(piece, *count);
  }
  co_return all;
}

/// All that a server with `answer` says to `bytes`, until it closes or is silent although the client ended.
inline std::string talk(Loopback& loop, std::string bytes, Answer answer = echo) {
  std::string said;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), answer));
    tls::Stream stream(std::move(client));
    co_await stream.write(bytes);
    boost::system::error_code ignored;
    stream.socket().shutdown(Socket::shutdown_send, ignored);
    said = co_await read_to_end(stream);
  });
  return said;
}

/// The three digits of the first status line; 0 when the connection was closed without one.
inline int status_of(const std::string& said) {
  return said.starts_with("HTTP/1.1 ") && said.size() > 12 ? std::stoi(said.substr(9, 3)) : 0;
}

inline std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

}  // namespace edge::test
