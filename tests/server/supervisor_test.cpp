// The supervisor with real processes: workers that die, reloads good and bad, signals, addresses that cannot
// be had.
#include "runtime/server/supervisor.h"

#include <sys/un.h>

#include "tests/server/server_process.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

TEST_CASE("supervisor: SIGTERM lets a running request finish and ends with 0") {
  Pki pki;
  Server server(pki, server_config(pki, 2));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client client({.port = server.port(), .sni = "pub.test"});
  client.send("GET /slow HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.signal_server(SIGTERM);
  const Reply reply = client.receive();
  CHECK(reply.status == 200);
  CHECK(server.wait_for_exit() == 0);
  for (const auto& left : std::filesystem::directory_iterator(pki.file("state")))
    CHECK_FALSE(left.is_directory());
}

TEST_CASE("supervisor: a worker that dies is replaced, and the others go on") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  const std::set<std::string> before = server.pids();
  CHECK(server.get("/die").status == 0);
  CHECK(eventually([&] { return server.get().status == 200; }));
  CHECK(server.pids() != before);
  CHECK(server.logs("worker.died"));
  CHECK(server.log().contains("Killed"));
}

TEST_CASE("supervisor: a worker that keeps dying is replaced with pauses that grow") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  pki.write("script.js", "dies");
  CHECK(server.get("/die").status == 0);
  CHECK(server.logs("worker.crash_loop"));
  pki.write("script.js", "lives");
  CHECK(eventually([&] { return server.get().says("script=lives"); }));
}

TEST_CASE("supervisor: a condemned worker is replaced without losing a request") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  const std::string before = *server.pids().begin();
  CHECK(server.get("/spend").status == 200);
  bool all_answered = true;
  CHECK(eventually([&] {
    const Reply reply = server.get();
    all_answered = all_answered && reply.status == 200;
    return !reply.says(before + " ");
  }));
  CHECK(all_answered);
}

TEST_CASE("supervisor: SIGHUP with a configuration that cannot be read keeps what ran and says why") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  const std::set<std::string> before = server.pids();
  server.make_reread_fail();
  server.signal_server(SIGHUP);
  CHECK(server.logs("edge-run.toml: line 3: no such key"));
  CHECK(server.pids() == before);
}

TEST_CASE(
    "supervisor: SIGHUP with a script or certificate that cannot be used keeps what ran and names the file") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  const std::set<std::string> before = server.pids();
  pki.write("script.js", "broken");
  server.signal_server(SIGHUP);
  CHECK(server.logs("script.js: SyntaxError"));
  CHECK(server.pids() == before);
  pki.write("script.js", "fine");
  pki.write("server.pem", "no certificate");
  server.signal_server(SIGHUP);
  CHECK(server.logs("server.pem"));
  CHECK(server.pids() == before);
}

TEST_CASE("supervisor: SIGHUP with a changed script serves it, and no request is lost meanwhile") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client idle({.port = server.port(), .sni = "pub.test"});
  CHECK(idle.get("pub.test").status == 200);
  const std::set<std::string> before = server.pids();
  pki.write("script.js", "second");
  server.signal_server(SIGHUP);
  bool all_answered = true;
  CHECK(eventually([&] {
    const Reply reply = server.get();
    all_answered = all_answered && reply.status == 200;
    return reply.says("script=second");
  }));
  CHECK(all_answered);
  CHECK(idle.is_closed_by_server());
  CHECK(eventually([&] { return server.log().contains("reload.done"); }));
  CHECK(eventually([&] { return !server.pids().contains(*before.begin()); }));
}

TEST_CASE("supervisor: SIGHUP with more workers starts them on the same port") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  server.reread_workers(3);
  server.signal_server(SIGHUP);
  CHECK(server.logs("reload.done"));
  CHECK(eventually([&] { return server.pids().size() > 1; }));
}

TEST_CASE("T02: SIGHUP after a change of a revocation list reaches live connections, without new workers") {
  Pki pki;
  Server server(pki, server_config(pki, 2));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client client({.port = server.port(), .identity = &pki.good});
  const Reply before = client.get("mtls.test");
  CHECK(before.says("revoked=0"));
  pki.revoke({{0x11}});
  server.signal_server(SIGHUP);
  CHECK(server.logs("reload.lists"));
  const Reply after = client.get("mtls.test");
  CHECK(after.says("revoked=1"));
  CHECK(after.body.substr(0, after.body.find(' ')) == before.body.substr(0, before.body.find(' ')));
}

TEST_CASE("supervisor: a revocation list that cannot be read keeps the one in force and is named") {
  Pki pki;
  pki.revoke({{0x11}});
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  pki.write("ca.crl", "no list");
  server.signal_server(SIGHUP);
  CHECK(server.logs("ca.crl"));
  CHECK(server.log().contains("reload.failed"));
  CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
}

TEST_CASE("T57: a reload cannot bring back an older revocation list") {
  Pki pki;
  const std::string older = [&] {
    std::ifstream in(pki.file("ca.crl"));
    return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }();
  pki.revoke({{0x11}});
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  pki.write("ca.crl", older);
  server.signal_server(SIGHUP);
  CHECK(server.logs("reload.failed"));
  pki.write("script.js", "second");  // now as a reload of everything
  server.signal_server(SIGHUP);
  CHECK(
      eventually([&] { return server.log().find("reload.failed") != server.log().rfind("reload.failed"); }));
  CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
}

TEST_CASE("supervisor: workers end with it, even when it is killed") {
  Pki pki;
  Server server(pki, server_config(pki, 2));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  server.signal_server(SIGKILL);
  CHECK(server.wait_for_exit() == 128 + SIGKILL);
  CHECK(eventually([&] { return !Client({.port = server.port()}).connected(); }));
}

TEST_CASE("supervisor: a second signal ends it at once") {
  Pki pki;
  Config config = server_config(pki, 1);
  config.limits.drain_timeout = std::chrono::minutes(10);
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client running({.port = server.port(), .sni = "pub.test"});
  running.send("GET /hang HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.signal_server(SIGINT);
  CHECK(server.logs("server.stopping"));
  server.signal_server(SIGINT);
  CHECK(server.wait_for_exit() == 128 + SIGINT);
}

TEST_CASE("supervisor: a script that cannot be used is why it does not start") {
  Pki pki;
  pki.write("script.js", "broken");
  Server server(pki, server_config(pki, 2));
  CHECK(server.port() == 0);
  CHECK(server.wait_for_exit() == 99);
  CHECK(server.log().contains("script.js: SyntaxError"));
}

TEST_CASE("supervisor: an address in use is a bind error that names it, even when edge-run itself is there") {
  Pki pki;
  for (const int workers : {0, 2}) {
    Config config = server_config(pki, workers);
    const auto first = ListeningSockets::open(config.listen, 1, nullptr).value();
    const std::string url = first.urls().at(0);
    config.listen[0].port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    const auto second =
        run_supervisor({.config = config, .make_handler = factory(), .reread = {}, .listening = {}});
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == ErrorKind::bind);
    CHECK(second.error().message.contains("127.0.0.1:" + std::to_string(config.listen[0].port)));
  }
}

TEST_CASE("one process: SIGHUP reloads revocation lists, and says that the rest needs a restart") {
  Pki pki;
  Server server(pki, server_config(pki, 0));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client client({.port = server.port(), .identity = &pki.good});
  CHECK(client.get("mtls.test").says("revoked=0"));
  pki.revoke({{0x11}});
  server.signal_server(SIGHUP);
  CHECK(eventually([&] { return client.get("mtls.test").says("revoked=1"); }));
  CHECK_FALSE(server.log().contains("reload.lists_only"));
  pki.write("script.js", "second");
  server.signal_server(SIGHUP);
  CHECK(server.logs("reload.lists_only"));
  CHECK_FALSE(server.get().says("second"));
  server.signal_server(SIGTERM);
  CHECK(server.wait_for_exit() == 0);
}

TEST_CASE("the service manager is told when the server is ready, reloads and stops") {
  Pki pki;
  const std::string path = pki.file("notify");
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const auto next = [&] {
    char text[256];
    const ssize_t size = recv(fd, text, sizeof text, 0);
    return std::string(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  };
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  Server server(pki, server_config(pki, 1));
  unsetenv("NOTIFY_SOCKET");
  CHECK(next() == "READY=1");
  server.signal_server(SIGHUP);
  CHECK(next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(next() == "READY=1");
  server.signal_server(SIGTERM);
  CHECK(next() == "STOPPING=1");
  close(fd);
}
