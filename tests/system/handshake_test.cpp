// What OpenSSL's own client is refused in and after a handshake.
#include <doctest/doctest.h>

#include <ctime>

#include "tests/system/edge_run.h"

using namespace edge::testing;
using namespace std::chrono_literals;

namespace {

Arguments mtls(const TemporaryFolder& folder, const Arguments& more = {}) {
  return mtls_site(folder, std::string(EDGE_RUN_SOURCE) + "/examples/hello.js", more);
}

Arguments s_client(const TemporaryFolder& folder, std::uint16_t port, const Arguments& more) {
  Arguments command{tool("openssl"), "s_client",
                    "-connect",      "127.0.0.1:" + std::to_string(port),
                    "-servername",   "localhost",
                    "-CAfile",       folder.file("ca.pem"),
                    "-cert",         folder.file("client.pem"),
                    "-key",          folder.file("client-key.pem"),
                    "-no_ign_eof"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// The server's certificate, of which 12 days are left.
void make_old_server(const TemporaryFolder& folder) {
  const auto day = [](int days) {
    const std::time_t time = std::time(nullptr) + days * 24 * 60 * 60 + 3600;
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts);
    return std::string(text);
  };
  const Finished made =
      run({tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
           "-keyout", folder.file("server-key.pem"), "-out", folder.file("server.pem"), "-subj",
           "/CN=localhost", "-not_before", day(-300), "-not_after", day(12)});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

constexpr const char* request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("T05: a client that resumes cannot send early data") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  Server server(folder, mtls(folder));
  REQUIRE(server.listening());
  Background first(s_client(folder, server.port(), {"-tls1_3", "-sess_out", folder.file("session")}));
  first.write(request);
  REQUIRE(first.wait_for("Hello CN=James Royal"));
  first.write("Q\n");
  REQUIRE(first.wait(10s));
  CHECK(first.output().find("Max Early Data: 0") != std::string::npos);
  folder.write("early", request);
  Background second(
      s_client(folder, server.port(),
               {"-tls1_3", "-sess_in", folder.file("session"), "-early_data", folder.file("early")}));
  second.write(request);
  REQUIRE(second.wait_for("Hello CN=James Royal"));
  CHECK(second.output().find("Early data was accepted") == std::string::npos);
  CHECK(second.output().find("Early data was not sent") != std::string::npos);
  CHECK(second.output().find("Reused, TLSv1.3") != std::string::npos);
}

TEST_CASE("a client cannot renegotiate") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  Server server(folder, mtls(folder));
  REQUIRE(server.listening());
  Background client(s_client(folder, server.port(), {"-tls1_2"}));
  REQUIRE(client.wait_for("Verify return code"));
  client.write("R\n");
  REQUIRE(client.wait(10s));
  CHECK(client.output().find("RENEGOTIATING") != std::string::npos);
  CHECK(client.output().find("no renegotiation") != std::string::npos);
}

TEST_CASE("ca_names: the handshake names the client CAs, unless the site hides them") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  for (const bool named : {true, false}) {
    Server server(folder, mtls(folder, {"--ca-names", named ? "on" : "off"}));
    REQUIRE(server.listening());
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
      CAPTURE(version);
      Background client(s_client(folder, server.port(), {version}));
      client.write(request);
      REQUIRE(client.wait_for("Hello CN=James Royal"));
      const bool told = client.output().find("Acceptable client certificate CA names") != std::string::npos;
      CHECK(told == named);
      CHECK((client.output().find("No client certificate CA names sent") != std::string::npos) == !named);
    }
  }
}

TEST_CASE("a certificate that expires soon is told by check and by the server alike") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  make_old_server(folder);
  Arguments check = mtls(folder);
  check.insert(check.begin(), {edge_run(), "check"});
  const Finished checked = run(check);
  CHECK(checked.exit_code == 0);
  CHECK(checked.out.find("server.pem: CN=localhost (server) expires on ") != std::string::npos);
  CHECK(checked.out.find(", in 12 days") != std::string::npos);
  check.insert(check.end(), {"--expiry-days", "7"});
  CHECK(run(check).out.find("warning: ") == std::string::npos);
  for (int start = 0; start < 2; ++start) {
    Server server(folder, mtls(folder));
    REQUIRE(server.listening());
    const std::string log = server.process().output();
    CHECK((log.find("The certificate of the server expires in 12 days") != std::string::npos) ==
          (start == 0));
  }
}

TEST_CASE("certificateExpiring of one worker is told of a certificate, once, and a failure is in the log") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  make_old_server(folder);
  const std::string script = folder.write("told.js", R"(export default {
  fetch() { return new Response("fine"); },
  certificateExpiring(alert) {
    console.log("told " + JSON.stringify(alert));
    if (alert.kind === "server") throw new Error("no more");
  },
};
)");
  for (const char* workers : {"0", "2"}) {
    CAPTURE(workers);
    const Arguments serve{script,
                          "--tls-cert",
                          folder.file("server.pem"),
                          "--tls-key",
                          folder.file("server-key.pem"),
                          "--client-ca",
                          folder.file("ca.pem"),
                          "--workers",
                          workers};
    const TemporaryFolder state;  // what one server told, the next would not tell again
    Server server(state, serve);
    REQUIRE(server.listening());
    CHECK(server.process().wait_for("expiry.handler_failed"));
    const std::string log = server.process().output();
    INFO(log);
    const auto at = log.find(R"("kind":"server")");
    REQUIRE(at != std::string::npos);
    CHECK(log.find(R"("kind":"server")", at + 1) == std::string::npos);
    CHECK(log.find("\"daysLeft\":", at) != std::string::npos);
  }
}
