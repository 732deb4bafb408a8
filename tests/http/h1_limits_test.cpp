// The codec's limits of size and time (T72).
#include <doctest/doctest.h>

#include "tests/http/loopback.h"
#include "tests/http/sources.h"

using namespace edge;
using namespace edge::test;
using namespace std::chrono_literals;

namespace {

std::string head_of(std::size_t size) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ";
  return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
}

std::string post(const std::string& lines, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: a.example\r\n" + lines + "\r\n" + body;
}

/// What a server says to `bytes` of a client that then neither sends nor ends.
std::string said_to_silence(Loopback& loop, std::string bytes) {
  std::string said;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), echo));
    tls::Stream stream(std::move(client));
    co_await stream.write(bytes);
    said = co_await read_to_end(stream);
  });
  return said;
}

}  // namespace

TEST_CASE("T72: a head above its limit is 431, one at it is not") {
  Loopback loop;
  for (const std::size_t limit : {2'000UZ, 16'384UZ, 65'536UZ}) {
    CAPTURE(limit);
    loop.limits.header_bytes = limit;
    CHECK(status_of(talk(loop, head_of(limit))) == 200);
    CHECK(status_of(talk(loop, head_of(limit + 1))) == 431);
    CHECK(status_of(talk(loop, head_of(4 * limit))) == 431);
  }
}

TEST_CASE("T72: too many headers are 431, a long target is 414 even without end") {
  Loopback loop;
  loop.limits.header_count = 3;
  CHECK(status_of(talk(loop, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nX: 2\r\nX: 3\r\n\r\n")) == 431);
  loop.limits.uri_bytes = 1000;
  CHECK(status_of(talk(loop, "GET /" + std::string(1000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n")) == 414);
  CHECK(status_of(talk(loop, "GET /" + std::string(3000, 'a'))) == 414);
}

TEST_CASE("T72: a body above its limit is 413, announced or not") {
  Loopback loop;
  loop.limits.body_bytes = 10;
  CHECK(status_of(talk(loop, post("Content-Length: 10\r\n", "0123456789"))) == 200);
  CHECK(status_of(talk(loop, post("Content-Length: 11\r\n", "01234567890"))) == 413);
  CHECK(status_of(talk(loop, post("Content-Length: 999999999\r\n", ""))) == 413);
  CHECK(status_of(talk(loop, post("Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n"))) == 200);
  CHECK(status_of(talk(
            loop, post("Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n"))) == 413);
  CHECK(status_of(talk(loop, post("Transfer-Encoding: chunked\r\n", "ffffffff\r\n0123456789"))) == 413);
}

TEST_CASE("T72: the answer to a refused upload reaches a client that is still sending") {
  Loopback loop;
  loop.limits.body_bytes = 10;
  CHECK(status_of(talk(loop, post("Content-Length: 900000\r\n", std::string(900'000, 'x')))) == 413);
}

TEST_CASE("T72: an idle connection ends after its time") {
  Loopback loop;
  loop.limits.idle_timeout = 100ms;
  CHECK(said_to_silence(loop, "").empty());
  CHECK(count_of(said_to_silence(loop, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 200") == 1);
}

TEST_CASE("T72: a head that dribbles in ends after its time, however busy it looks") {
  Loopback loop;
  loop.limits.header_timeout = 200ms;
  std::string said = "?";
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), echo));
    tls::Stream stream(std::move(client));
    boost::asio::steady_timer pause(loop.io);
    // Bytes come all the time; only the connection's end stops it.
    for (;;) {
      if (const auto sent = co_await stream.write("X"); !sent) break;
      pause.expires_after(20ms);
      co_await pause.async_wait(boost::asio::use_awaitable_t<Executor>{});
    }
    said = co_await read_to_end(stream);
  });
  CHECK(said.empty());
}

TEST_CASE("T72: a body without a byte for its time is a timeout for whoever reads it") {
  Loopback loop;
  loop.limits.body_timeout = 100ms;
  ErrorKind kind{};
  std::string said;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), [&](http::Request request) -> Task<http::Response> {
      const auto body = co_await request.body.collect(1000);
      kind = body ? ErrorKind{} : body.error().kind;
      co_return text_response("too late", 408);
    }));
    tls::Stream stream(std::move(client));
    co_await stream.write(post("Content-Length: 10\r\n", "a"));
    said = co_await read_to_end(stream);
  });
  CHECK(kind == ErrorKind::timeout);
}

TEST_CASE("T72: a body that drips is a timeout, one that keeps its rate is read to its end") {
  // 100 bytes, one each 10 ms: a second, where the timeout allows 200 ms and what the rate earns.
  const auto kind_at = [](std::size_t rate) {
    Loopback loop;
    loop.limits.body_timeout = 200ms;
    loop.limits.body_rate = rate;
    std::optional<ErrorKind> kind;
    loop.run([&]() -> Task<> {
      auto [client, server] = loop.connected();
      loop.spawn(serve(loop, std::move(server), [&](http::Request request) -> Task<http::Response> {
        const auto body = co_await request.body.collect(1000);
        if (!body) kind = body.error().kind;
        co_return text_response("read", 200);
      }));
      tls::Stream stream(std::move(client));
      co_await stream.write(post("Content-Length: 100\r\nConnection: close\r\n", ""));
      boost::asio::steady_timer pause(loop.io);
      for (int sent = 0; sent < 100; ++sent) {
        if (const auto written = co_await stream.write("x"); !written) break;
        pause.expires_after(10ms);
        co_await pause.async_wait(boost::asio::use_awaitable_t<Executor>{});
      }
      co_await read_to_end(stream);
    });
    return kind;
  };
  CHECK(kind_at(1'000) == ErrorKind::timeout);
  CHECK_FALSE(kind_at(20));
  CHECK_FALSE(kind_at(0));
}

TEST_CASE("T72: a client that takes nothing of its response is let go") {
  Loopback loop;
  loop.limits.write_timeout = 200ms;
  bool ended = false, sent = true;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    client.set_option(boost::asio::socket_base::receive_buffer_size(4096));
    tls::Stream stream(std::move(client));
    co_await stream.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    tls::Stream served(std::move(server));
    Deadline deadline(loop.wheel, [&] { served.cancel(); });
    http::H1 h1(served, deadline, loop.limits);
    REQUIRE_FALSE(h1.begin_wait(loop.limits.idle_timeout));
    REQUIRE(co_await served.wait_readable());
    h1.end_wait();
    auto outcome = co_await h1.read();
    REQUIRE(outcome.request);
    http::Response response;
    response.body = http::Body(std::make_unique<Made>(1ULL << 40), 1ULL << 40);
    sent = co_await h1.write(std::move(response), false);
    CHECK_FALSE(co_await h1.reusable());
    ended = true;
  });
  CHECK(ended);
  CHECK_FALSE(sent);
}
