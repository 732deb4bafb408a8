// Binding: one socket for each worker, kept across reloads, and errors that name address and cause.
#include "runtime/server/listening_sockets.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>

using namespace edge;
using namespace edge::server;

namespace {

std::uint16_t port_of(const ListeningSockets& sockets, std::size_t which = 0) {
  const std::string url = sockets.urls().at(which);
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

const std::vector<ListenAddress> any_port = {{.address = "127.0.0.1", .port = 0}};

}  // namespace

TEST_CASE("an address in use is a bind error that names it") {
  const auto first = ListeningSockets::open(any_port, 2, nullptr).value();
  const auto second = ListeningSockets::open({{.address = "127.0.0.1", .port = port_of(first)}}, 2, nullptr);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::bind);
  CHECK(second.error().message.contains("127.0.0.1:" + std::to_string(port_of(first))));
  CHECK(second.error().message.contains("another program"));
}

TEST_CASE("an address of no interface, and a name that is none, are bind errors") {
  for (const char* address : {"192.0.2.1", "no such host", "::ffff:zz"}) {
    const auto sockets = ListeningSockets::open({{.address = address, .port = 0}}, 1, nullptr);
    REQUIRE_FALSE(sockets);
    CHECK(sockets.error().kind == ErrorKind::bind);
    CHECK(sockets.error().message.contains(address));
  }
}

TEST_CASE("every worker has a socket of its own on the one port that the kernel chose") {
  const auto sockets = ListeningSockets::open(any_port, 3, nullptr).value();
  CHECK(port_of(sockets) != 0);
  CHECK(sockets.all().size() == 3);
  CHECK(sockets.of(0).at(0) != sockets.of(1).at(0));
}

TEST_CASE("IPv6 addresses are listened on and printed in brackets, written with brackets or without") {
  for (const char* address : {"::1", "[::1]"}) {
    const auto sockets = ListeningSockets::open({{.address = address, .port = 0}}, 1, nullptr);
    if (!sockets) continue;  // a machine without IPv6
    CHECK(sockets->urls().at(0).starts_with("https://[::1]:"));
  }
}

TEST_CASE(
    "a reload keeps the sockets of addresses that stay, port 0 included, and adds those of new workers") {
  const auto before = ListeningSockets::open(any_port, 2, nullptr).value();
  const auto after =
      ListeningSockets::open({{.address = "127.0.0.1", .port = 0}, {.address = "127.0.0.2", .port = 0}}, 3,
                             &before)
          .value();
  CHECK(port_of(after, 0) == port_of(before));
  CHECK(after.of(0).at(0) == before.of(0).at(0));
  CHECK(after.of(1).at(0) == before.of(1).at(0));
  CHECK(after.all().size() == 6);
  const auto fewer = ListeningSockets::open(any_port, 1, &after).value();
  CHECK(fewer.all() == before.of(0));
}
