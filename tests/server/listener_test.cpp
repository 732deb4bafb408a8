// Limits on connections, and how a worker drains.
#include "runtime/server/listener.h"

#include <atomic>

#include "tests/server/serving.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

namespace {

// "/slow" is answered when the test opens the gate.
class Gate {
 public:
  [[nodiscard]] HandlerFactory factory() {
    return [this](const HandlerSetup& setup) -> Result<std::unique_ptr<Handler>> {
      return std::make_unique<FakeHandler>(
          [this, &io = setup.io](http::Request request) -> Task<http::Response> {
            if (request.target == "/slow") {
              entered = true;
              while (!open) {
                boost::asio::basic_waitable_timer<
                    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
                    pause(io, std::chrono::milliseconds(2));
                co_await pause.async_wait(use_task);
              }
            }
            co_return text("done");
          },
          nullptr);
    };
  }
  std::atomic<bool> entered = false, open = false;
};

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

bool is_refused(std::uint16_t port) { return !Client({.port = port}).connected(); }

}  // namespace

TEST_CASE("T72: connections of one address are limited, and a closed one makes room") {
  Pki pki;
  Config config = pki.config({pki.site("pub", {})});
  config.limits.connections_per_client = 2;
  Serving serving(config, describing_factory());
  Client first({.port = serving.port()});
  auto second = std::make_unique<Client>(Client::Options{.port = serving.port()});
  CHECK(first.get("pub.test").status == 200);
  CHECK(second->get("pub.test").status == 200);
  CHECK_FALSE(Client({.port = serving.port()}).shaken());
  CHECK(first.get("pub.test").status == 200);
  second.reset();
  CHECK(eventually([&] { return Client({.port = serving.port()}).get("pub.test").status == 200; }));
}

TEST_CASE("T72: connections are limited in all") {
  Pki pki;
  Config config = pki.config({pki.site("pub", {})});
  config.limits.connections = 1;
  Serving serving(config, describing_factory());
  Client first({.port = serving.port()});
  CHECK(first.get("pub.test").status == 200);
  CHECK_FALSE(Client({.port = serving.port()}).shaken());
  CHECK(first.get("pub.test").status == 200);
}

TEST_CASE("T72: a client that never finishes its handshake is cut off") {
  Pki pki;
  Config config = pki.config({pki.site("pub", {})});
  config.limits.handshake_timeout = std::chrono::milliseconds(100);
  Serving serving(config, describing_factory());
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(serving.port());
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte = 0;
  CHECK(recv(fd, &byte, 1, 0) == 0);
  close(fd);
}

TEST_CASE("T72: an idle connection is cut off") {
  Pki pki;
  Config config = pki.config({pki.site("pub", {})});
  config.limits.idle_timeout = std::chrono::milliseconds(100);
  Serving serving(config, describing_factory());
  Client client({.port = serving.port()});
  CHECK(client.get("pub.test").status == 200);
  CHECK(client.is_closed_by_server());
}

TEST_CASE(
    "T72: a client whose FIN comes with its request, and without close_notify, is not kept as an idle one") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {"pub.test"})}), describing_factory());
  Client client({.port = serving.port(), .sni = "pub.test"});
  serving.arrive_together([&] {
    CHECK(client.send("GET / HTTP/1.1\r\nHost: pub.test\r\n\r\n"));
    client.half_close();
  });
  CHECK(client.receive().status == 200);
  CHECK(client.is_closed_by_server());
}

TEST_CASE(
    "drain: idle connections end at once, new ones are refused, a running request gets its answer and the "
    "end") {
  Pki pki;
  Gate gate;
  Serving serving(pki.config({pki.site("pub", {})}), gate.factory());
  Client idle({.port = serving.port()}), running({.port = serving.port()});
  CHECK(idle.get("pub.test").status == 200);
  running.send("GET /slow HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  REQUIRE(eventually([&] { return gate.entered.load(); }));
  serving.post([](Worker& worker) { worker.drain(); });
  CHECK(idle.is_closed_by_server());
  CHECK(eventually([&] { return is_refused(serving.port()); }));
  gate.open = true;
  const Reply reply = running.receive();
  CHECK(reply.status == 200);
  CHECK(reply.body == "done");
  CHECK(reply.headers.at("connection") == "close");
  CHECK(running.is_closed_by_server());
}

TEST_CASE("drain: who has connected and not yet asked is still answered") {
  Pki pki;
  Gate gate;
  Serving serving(pki.config({pki.site("pub", {})}), gate.factory());
  Client fresh({.port = serving.port()});
  REQUIRE(fresh.shaken());
  serving.post([](Worker& worker) { worker.drain(); });
  const Reply reply = fresh.get("pub.test");
  CHECK(reply.status == 200);
  CHECK(reply.headers.at("connection") == "close");
}

TEST_CASE("drain: a request that outlasts drain_timeout is cut off") {
  Pki pki;
  Gate gate;
  Config config = pki.config({pki.site("pub", {})});
  config.limits.drain_timeout = std::chrono::milliseconds(100);
  auto serving = std::make_unique<Serving>(config, gate.factory());
  Client running({.port = serving->port()});
  running.send("GET /slow HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  REQUIRE(eventually([&] { return gate.entered.load(); }));
  serving->post([](Worker& worker) { worker.drain(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  serving.reset();
  CHECK(running.receive().status == 0);
}
