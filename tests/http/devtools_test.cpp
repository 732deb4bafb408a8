// Who may debug, and what they are told.
#include "runtime/http/devtools.h"

#include <doctest/doctest.h>

#include <atomic>

#include "runtime/http/devtools_access.h"
#include "tests/support/devtools_client.h"

using namespace edge;
using edge::testing::devtools_get;
using edge::testing::DevToolsClient;
using edge::testing::member_of;

namespace {

std::uint16_t port_of(const http::DevTools& devtools) {
  const std::string& address = devtools.address();
  return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

std::unique_ptr<http::DevTools> listening() {
  auto devtools = http::DevTools::listen({.address = "127.0.0.1", .port = 0});
  REQUIRE(devtools);
  return std::move(*devtools);
}

/// Answers every message by itself, in brackets.
http::DevToolsTarget echo(std::string title, std::atomic<int>& open) {
  auto send = std::make_shared<std::function<void(std::string)>>();
  return {.title = std::move(title),
          .url = "file:///policy.js",
          .connect =
              [send, &open](auto to) {
                *send = std::move(to);
                ++open;
                return 1u;
              },
          .receive = [send](std::uint32_t, std::string message) { (*send)("[" + message + "]"); },
          .disconnect = [&open](std::uint32_t) { --open; }};
}

}  // namespace

TEST_CASE("devtools: names that DNS can answer for, and pages of browsers, are refused") {
  for (const char* host :
       {"", "evil.example", "localhost.evil.example:9229", "127.0.0.1.evil.example", "[::1", "1.2.3"})
    CHECK_MESSAGE(http::devtools_refusal(host, "") != "", host);
  for (const char* host : {"localhost", "localhost:9229", "127.0.0.1:9229", "192.168.0.1", "[::1]:9229"})
    CHECK_MESSAGE(http::devtools_refusal(host, "") == "", host);
  for (const char* origin : {"http://localhost:9229", "https://evil.example", "null"})
    CHECK_MESSAGE(http::devtools_refusal("localhost", origin) != "", origin);
  CHECK(http::devtools_refusal("localhost", "devtools://devtools") == "");
}

TEST_CASE("devtools: the door refuses over the network what it must not serve") {
  const auto devtools = listening();
  std::atomic<int> open = 0;
  devtools->add(echo("policy", open));
  const auto port = port_of(*devtools);
  CHECK(devtools_get(port, "/json/list", "Host: evil.example").starts_with("403 refused: the Host"));
  CHECK(devtools_get(port, "/json/list", "Origin: https://evil.example").starts_with("403 refused: no page"));
  CHECK(devtools_get(port, "/").starts_with("404"));
  CHECK(devtools_get(port, "/json/version").starts_with("200 {\"Browser\":\"edge-run/"));
}

TEST_CASE("devtools: an address that is taken is refused") {
  const auto devtools = listening();
  const auto second = http::DevTools::listen({.address = "127.0.0.1", .port = port_of(*devtools)});
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::bind);
}

TEST_CASE("devtools: a target is listed while it is there, and its messages go both ways") {
  const auto devtools = listening();
  const auto port = port_of(*devtools);
  CHECK(devtools_get(port, "/json/list") == "200 []");
  std::atomic<int> open = 0;
  const std::string id = devtools->add(echo("policy", open));
  const std::string list = devtools_get(port, "/json");
  CHECK(member_of(list, "title") == "policy");
  CHECK(member_of(list, "url") == "file:///policy.js");
  CHECK(member_of(list, "webSocketDebuggerUrl") == "ws://127.0.0.1:" + std::to_string(port) + "/" + id);
  {
    DevToolsClient client(port);
    client.send("Runtime.enable");
    CHECK(client.wait_for("Runtime.enable") == R"([{"id":1,"method":"Runtime.enable","params":{}}])");
    CHECK(open == 1);
  }
  devtools->remove(id);
  CHECK(devtools_get(port, "/json/list") == "200 []");
}
