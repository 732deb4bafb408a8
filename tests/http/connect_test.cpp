// Connecting to origins: names, addresses, and what cannot be reached.
#include <doctest/doctest.h>

#include "runtime/http/connection_pool.h"
#include "tests/http/loopback.h"

using namespace edge;
using namespace edge::test;
using namespace std::chrono_literals;
using http::Destination;

namespace {

Result<> connects(Loopback& loop, Destination destination, std::chrono::milliseconds timeout = 5s) {
  Result<> outcome;
  loop.run([&]() -> Task<> {
    const auto connection = co_await http::connect_to_origin(
        {.io = loop.io, .wheel = loop.wheel, .connector = nullptr, .timeout = timeout},
        std::move(destination));
    if (!connection) outcome = std::unexpected(connection.error());
  });
  return outcome;
}

}  // namespace

TEST_CASE("connect: an address and a name lead to the origin") {
  Loopback loop;
  CHECK(connects(loop, {"http", "127.0.0.1", loop.port()}));
  CHECK(connects(loop, {"http", "localhost", loop.port()}));
}

TEST_CASE("connect: what cannot be reached is named") {
  Loopback loop;
  const std::uint16_t port = loop.port();
  loop.acceptor.close();
  auto outcome = connects(loop, {"http", "127.0.0.1", port});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::connect);
  CHECK(outcome.error().message.contains("127.0.0.1:" + std::to_string(port)));
  outcome = connects(loop, {"http", "no such host", port});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::connect);
}

TEST_CASE("connect: https without a connector, and other schemes, are refused") {
  Loopback loop;
  CHECK_FALSE(connects(loop, {"https", "127.0.0.1", loop.port()}));
  CHECK_FALSE(connects(loop, {"ftp", "127.0.0.1", loop.port()}));
}
