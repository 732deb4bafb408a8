// The buffer of received bytes: where a head ends, and when there is memory.
#include "runtime/http/read_buffer.h"

#include <doctest/doctest.h>

#include "tests/http/loopback.h"

using namespace edge;
using namespace edge::test;

TEST_CASE("read buffer: finds a head's end, however the bytes are cut and whatever ends its lines") {
  for (const std::string head : {"GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET / HTTP/1.1\nA: b\n\n",
                                 "GET / HTTP/1.1\r\nA: b\r\n\n", "\r\n", "\n"}) {
    CAPTURE(head);
    Loopback loop;
    loop.run([&]() -> Task<> {
      auto [client, server] = loop.connected();
      tls::Stream from(std::move(client)), to(std::move(server));
      http::ReadBuffer buffer;
      for (const char& byte : head) {
        CHECK(buffer.find_head() == std::nullopt);
        co_await from.write({&byte, 1});
        CHECK(co_await buffer.fill(to, 100));
      }
      CHECK(buffer.find_head() == head.size());
      buffer.consume(head.size());
      CHECK(buffer.empty());
      CHECK(buffer.find_head() == std::nullopt);
    });
  }
}

TEST_CASE("read buffer: grows to its limit, keeps what is unread, and says when it is full") {
  Loopback loop;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    tls::Stream from(std::move(client)), to(std::move(server));
    std::string sent;
    for (int i = 0; i < 100'000; ++i) sent += static_cast<char>('a' + i % 23);
    co_await from.write(sent);
    http::ReadBuffer buffer;
    Result<std::size_t> count = 1;
    while (count && buffer.unread().size() < 40'000) count = co_await buffer.fill(to, 40'000);
    CHECK(buffer.unread() == sent.substr(0, buffer.unread().size()));
    count = co_await buffer.fill(to, 40'000);
    REQUIRE_FALSE(count);
    CHECK(count.error().kind == ErrorKind::limit);
    std::size_t at = 0;
    while (at < sent.size()) {
      const std::size_t piece = std::min<std::size_t>(buffer.unread().size(), 777);
      CHECK(buffer.unread().substr(0, piece) == sent.substr(at, piece));
      buffer.consume(piece);
      at += piece;
      if (at < sent.size() && buffer.empty()) CHECK(co_await buffer.fill(to, 40'000));
    }
    buffer.release();
    CHECK(buffer.empty());
  });
}
