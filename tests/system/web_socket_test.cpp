// WebSockets of a whole server: who gets one, what ends it, and where it may lead.
#include <doctest/doctest.h>
#include <signal.h>

#include "tests/system/edge_run.h"

using namespace edge;
using namespace edge::testing;

namespace {

/// A client that speaks through a script: what it hears at each path is its answer.
constexpr const char* client_script = R"js(
const heard = (socket, say) => new Promise((resolve) => {
  const got = [];
  socket.addEventListener("message", ({ data }) => {
    got.push(data);
    if (say.length > 0) socket.send(say.shift());
  });
  socket.addEventListener("close", ({ code, reason, wasClean }) =>
    resolve(Response.json([...got, code, reason, wasClean])));
  socket.addEventListener("error", ({ message }) => got.push(message));
});

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/large") return heard(new WebSocket(env.TARGET, ["chat"]), ["x".repeat(1_100_000)]);
    if (pathname === "/new") return heard(new WebSocket(env.TARGET, ["chat"]), ["hello", "bye"]);
    if (pathname !== "/fetch") return fetch(request);
    const answer = await env.CERT.fetch(env.TARGET, { headers: { Upgrade: "websocket" } });
    if (answer.webSocket === null) return new Response(await answer.text(), { status: answer.status });
    answer.webSocket.accept();
    return heard(answer.webSocket, ["who", "x".repeat(100_000), "bye"]);
  },
};
)js";

Arguments options_of(const TemporaryFolder& pki, const std::string& script) {
  return {script, "--tls-cert=" + pki.file("server.pem"), "--tls-key=" + pki.file("server-key.pem"),
          "--client-ca=" + pki.file("ca.pem"), "--client-crl=" + pki.file("ca.crl")};
}

Arguments handshake() {
  return {"--header", "Connection: Upgrade",       "--header", "Upgrade: websocket",
          "--header", "Sec-WebSocket-Version: 13", "--header", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=="};
}

/// curl, which holds its WebSocket until it is closed.
Arguments holding_curl(const TemporaryFolder& pki, const Server& server) {
  return {tool("curl"),
          "--no-progress-meter",
          "--no-buffer",
          "--cacert",
          pki.file("ca.pem"),
          "--cert",
          pki.file("client.pem"),
          "--key",
          pki.file("client-key.pem"),
          "wss://localhost:" + std::to_string(server.port()) + "/"};
}

/// A server of WebSockets, and a curl for it.
struct Sockets {
  Sockets()
      : server_(
            (make_cfssl_pki(pki),
             std::make_unique<Server>(pki, options_of(pki, EDGE_RUN_SOURCE "/tests/web/web_socket.js")))) {}
  Server& server() { return *server_; }
  [[nodiscard]] std::string ask(const std::string& certificate, const Arguments& more) const {
    return curl(pki, server_->url(), certificate, more);
  }
  TemporaryFolder pki;

 private:
  std::unique_ptr<Server> server_;
};

}  // namespace

TEST_CASE("T16: a client without a good certificate gets no WebSocket either") {
  Sockets sockets;
  REQUIRE(sockets.server().listening());
  for (const char* certificate : {"", "revoked", "foreign"}) {
    CAPTURE(certificate);
    CHECK(sockets.ask(certificate, handshake()) == "403 denied");
  }
}

TEST_CASE("a handshake of another version, or with a key that is none, is refused") {
  Sockets sockets;
  REQUIRE(sockets.server().listening());
  Arguments version = handshake(), key = handshake(), post = handshake();
  version[5] = "Sec-WebSocket-Version: 8";
  key[7] = "Sec-WebSocket-Key: short";
  post.insert(post.end(), {"--data", "x"});
  CHECK(sockets.ask("client", version).starts_with("426 "));
  CHECK(sockets.ask("client", key).starts_with("400 "));
  CHECK(sockets.ask("client", post) == "426 Expected a WebSocket");
  CHECK(sockets.ask("client", {}) == "426 Expected a WebSocket");
}

TEST_CASE("a client on the deny-list loses its open WebSocket; others keep theirs") {
  Sockets sockets;
  REQUIRE(sockets.server().listening());
  const Background client(holding_curl(sockets.pki, sockets.server()));
  REQUIRE(client.wait_for("welcome"));
  const auto deny = [&](const std::string& name) {
    return run({edge_run(), "deny", "add", "--cert", sockets.pki.file(name), "--state-dir",
                sockets.pki.file("state")})
        .exit_code;
  };
  REQUIRE(deny("foreign.pem") == 0);
  REQUIRE(sockets.server().process().wait_for("denied=1"));
  REQUIRE(deny("client.pem") == 0);
  CHECK(sockets.server().process().wait_for("closed 1008"));
  CHECK(sockets.ask("client", handshake()) == "403 denied");
}

TEST_CASE("a server that stops says so to its WebSockets, and ends") {
  Sockets sockets;
  REQUIRE(sockets.server().listening());
  const Background client(holding_curl(sockets.pki, sockets.server()));
  REQUIRE(client.wait_for("welcome"));
  sockets.server().process().send_signal(SIGTERM);
  CHECK(sockets.server().process().wait(std::chrono::seconds(20)) == 0);
  CHECK(sockets.server().process().output().contains("closed 1001"));
}

TEST_CASE("a script is a client of WebSockets, and joins others with one without a word of its own") {
  Sockets sockets;
  REQUIRE(sockets.server().listening());
  const std::string port = std::to_string(sockets.server().port());
  Arguments options = options_of(sockets.pki, sockets.pki.write("client.js", client_script));
  const Arguments more{
      "--origin=https://localhost:" + port,
      "--origin-cert=" + sockets.pki.file("client.pem"),
      "--origin-key=" + sockets.pki.file("client-key.pem"),
      "--origin-ca=" + sockets.pki.file("ca.pem"),
      "--local-fetch=localhost",
      "--mtls-certificate=CERT=" + sockets.pki.file("client.pem") + "," + sockets.pki.file("client-key.pem"),
      "--var=TARGET=https://localhost:" + port + "/"};
  options.insert(options.end(), more.begin(), more.end());
  const Server client(sockets.pki, options);
  REQUIRE(client.listening());
  // Under another name than the target's: what goes to a script's own host goes to its origin.
  const auto ask = [&](const std::string& path) {
    return curl(sockets.pki, "https://127.0.0.1:" + std::to_string(client.port()) + path, "client",
                {"--insecure"});
  };
  const std::string subject = subject_of(sockets.pki.file("client.pem"));
  CHECK(ask("/fetch") == R"(200 ["welcome",")" + subject + R"(","echo )" + std::string(100'000, 'x') +
                             R"(",4000,"as you wish",true])");
  // 1009, or 1006 where the connection broke off before that was read.
  CHECK(ask("/large").starts_with(R"(200 ["welcome",10)"));
  CHECK(ask("/new") == R"(200 ["welcome","echo hello",4000,"as you wish",true])");
  const Background joined(holding_curl(sockets.pki, client));
  CHECK(joined.wait_for("welcome"));
  CHECK(curl(sockets.pki, client.url("/plain"), "client") == "426 Expected a WebSocket");
}
