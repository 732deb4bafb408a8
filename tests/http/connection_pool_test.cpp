// Kept connections: which one is handed out, and which is not.
#include "runtime/http/connection_pool.h"

#include <doctest/doctest.h>

#include <boost/asio/write.hpp>

#include "tests/http/loopback.h"

using namespace edge;
using namespace edge::test;
using namespace std::chrono_literals;
using http::ConnectionPool;
using http::Destination;
using http::OriginConnection;

namespace {

struct Ends {
  std::shared_ptr<OriginConnection> ours;
  Socket theirs;
};

Ends connection_to(Loopback& loop, Destination destination) {
  auto [client, server] = loop.connected();
  return {std::make_shared<OriginConnection>(loop.wheel, std::make_unique<tls::Stream>(std::move(client)),
                                             std::move(destination)),
          std::move(server)};
}

}  // namespace

TEST_CASE("connection pool: scheme, host and port all count") {
  Loopback loop;
  ConnectionPool pool(loop.wheel, 10);
  Ends ends = connection_to(loop, {"http", "a.example", 80});
  pool.keep(ends.ours, std::nullopt);
  CHECK(pool.take({"https", "a.example", 80}) == nullptr);
  CHECK(pool.take({"http", "b.example", 80}) == nullptr);
  CHECK(pool.take({"http", "a.example", 81}) == nullptr);
  CHECK(pool.take({"http", "a.example", 80}) == ends.ours);
  CHECK(pool.take({"http", "a.example", 80}) == nullptr);
}

TEST_CASE("connection pool: what was used last is used first, and no more than the limit is kept") {
  Loopback loop;
  ConnectionPool pool(loop.wheel, 2);
  const Destination origin{"http", "a.example", 80};
  Ends first = connection_to(loop, origin), second = connection_to(loop, origin),
       third = connection_to(loop, origin);
  for (const Ends* ends : {&first, &second, &third}) pool.keep(ends->ours, std::nullopt);
  CHECK(pool.take(origin) == second.ours);
  CHECK(pool.take(origin) == first.ours);
  CHECK(pool.take(origin) == nullptr);
}

TEST_CASE("connection pool: a connection that ended, or speaks unasked, is not handed out") {
  Loopback loop;
  ConnectionPool pool(loop.wheel, 10);
  const Destination origin{"http", "a.example", 80};
  Ends ended = connection_to(loop, origin), speaking = connection_to(loop, origin);
  pool.keep(ended.ours, std::nullopt);
  pool.keep(speaking.ours, std::nullopt);
  ended.theirs.close();
  boost::asio::write(speaking.theirs, boost::asio::buffer("HTTP/1.1 200 OK", 15));
  // On loopback both are there when the calls return.
  CHECK(pool.take(origin) == nullptr);
}

TEST_CASE("connection pool: what the origin will not keep is not kept") {
  Loopback loop;
  ConnectionPool pool(loop.wheel, 10);
  const Destination origin{"http", "a.example", 80};
  Ends ends = connection_to(loop, origin);
  pool.keep(ends.ours, 1s);
  CHECK(pool.take(origin) == nullptr);
  pool.keep(ends.ours, 30s);
  CHECK(pool.take(origin) == ends.ours);
}
