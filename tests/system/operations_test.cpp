// The server as an operator meets it: reload, crash, drain, exit codes.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "tests/system/edge_run.h"

using namespace edge::testing;
using namespace std::chrono_literals;

namespace {

Arguments mtls(const TemporaryFolder& folder, const std::string& script, const Arguments& more = {}) {
  return mtls_site(folder, script, more);
}

constexpr const char* who = R"js(
export default {
  fetch(request) {
    const auth = request.cf.tlsClientAuth;
    return new Response(`version 1 verified=${auth.certVerified} revoked=${auth.certRevoked} state=${auth.cert.state}`);
  },
};
)js";

/// Revokes the certificate `name` in the list that the server reads.
void revoke(const TemporaryFolder& folder, const std::string& name) {
  folder.write("serials.txt", decimal_serial(folder.file(name + ".pem")) + "\n");
  const Finished done =
      run({"/bin/sh", "-euc", tool("cfssl") + " gencrl serials.txt ca.pem ca-key.pem | base64 -d >ca.crl"},
          {}, 30s, folder.path());
  REQUIRE(done.exit_code == 0);
}

Arguments s_client(const TemporaryFolder& folder, std::uint16_t port, const Arguments& more) {
  Arguments command{tool("openssl"), "s_client",
                    "-connect",      "127.0.0.1:" + std::to_string(port),
                    "-servername",   "localhost",
                    "-CAfile",       folder.file("ca.pem"),
                    "-cert",         folder.file("client.pem"),
                    "-key",          folder.file("client-key.pem"),
                    "-quiet",        "-no_ign_eof"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

constexpr const char* request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("T02: a reloaded list reaches live connections at their next request, and resumed sessions") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  Server server(folder, mtls(folder, folder.write("who.js", who), {"--client-crl", folder.file("ca.crl")}));
  REQUIRE(server.listening());

  Background live(s_client(folder, server.port(), {"-sess_out", folder.file("session")}));
  live.write(request);
  REQUIRE(live.wait_for("revoked=0 state=verified"));
  REQUIRE(live.wait_for("version 1"));

  revoke(folder, "client");
  server.process().send_signal(SIGHUP);
  REQUIRE(server.process().wait_for("reload"));
  std::this_thread::sleep_for(200ms);

  live.write(request);
  CHECK(live.wait_for("verified=SUCCESS revoked=1 state=revoked", 5s));

  Background resumed(s_client(folder, server.port(), {"-sess_in", folder.file("session")}));
  resumed.write(request);
  CHECK(resumed.wait_for("verified=SUCCESS revoked=1 state=revoked", 5s));
}

TEST_CASE("a reload takes up a changed script, and a broken one keeps what ran and says why") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string script = folder.write("who.js", who);
  Server server(folder, mtls(folder, script));
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "client").starts_with("200 version 1"));

  std::string changed = who;
  changed.replace(changed.find("version 1"), 9, "version 2");
  folder.write("who.js", changed);
  server.process().send_signal(SIGHUP);
  std::string answer;
  for (int attempt = 0; attempt < 100 && !answer.starts_with("200 version 2"); ++attempt)
    answer = curl(folder, server.url(), "client");
  CHECK(answer.starts_with("200 version 2"));

  // What the script imports is part of it.
  folder.write("words.js", "export const words = 'version 3';");
  folder.write("who.js",
               "import { words } from './words.js'; export default { fetch: () => new Response(words) };");
  server.process().send_signal(SIGHUP);
  for (int attempt = 0; attempt < 100 && answer != "200 version 3"; ++attempt)
    answer = curl(folder, server.url(), "client");
  CHECK(answer == "200 version 3");
  folder.write("words.js", "export const words = 'version 4';");
  server.process().send_signal(SIGHUP);
  for (int attempt = 0; attempt < 100 && answer != "200 version 4"; ++attempt)
    answer = curl(folder, server.url(), "client");
  CHECK(answer == "200 version 4");

  const auto before = server.process().output().size();
  folder.write("who.js", "export default { fetch( {");
  server.process().send_signal(SIGHUP);
  CHECK(server.process().wait_for("who.js:1", 10s, before));
  CHECK(curl(folder, server.url(), "client") == "200 version 4");

  const auto then = server.process().output().size();
  folder.write("who.js", changed);
  folder.write("ca.pem", "no certificate");
  server.process().send_signal(SIGHUP);
  CHECK(server.process().wait_for("ca.pem", 10s, then));
}

TEST_CASE("T62: lists and scripts that are swapped under load change no verdict and lose no request") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string script = folder.write("who.js", who);
  Server server(folder, mtls(folder, script, {"--client-crl", folder.file("ca.crl")}));
  REQUIRE(server.listening());
  std::atomic<bool> over = false;
  const auto ask = [&](const std::string& certificate, const std::string& wanted, std::string& surprise) {
    while (!over) {
      const std::string answer = curl(folder, server.url(), certificate);
      if (answer.find(wanted) == std::string::npos) surprise = answer;
    }
  };
  std::string surprises[3];
  std::thread good(ask, "client", "verified=SUCCESS revoked=0 state=verified", std::ref(surprises[0]));
  std::thread revoked(ask, "revoked", "verified=SUCCESS revoked=1 state=revoked", std::ref(surprises[1]));
  std::thread foreign(ask, "foreign", "verified=FAILED", std::ref(surprises[2]));
  std::string text = who;
  for (int round = 0; round < 20; ++round) {
    revoke(folder, "revoked");
    // Every second reload changes the script too, so that new workers take over.
    if (round % 2 == 0) text += " ";
    folder.write("who.js", text);
    server.process().send_signal(SIGHUP);
    std::this_thread::sleep_for(100ms);
  }
  over = true;
  for (std::thread* thread : {&good, &revoked, &foreign}) thread->join();
  for (const std::string& surprise : surprises) CHECK(surprise == "");
  CHECK(curl(folder, server.url(), "client").starts_with("200 version 1"));
}

TEST_CASE("a worker that dies is replaced") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  Server server(folder, mtls(folder, folder.write("who.js", who)));
  REQUIRE(server.listening());
  const auto first = children_of(server.process().id());
  REQUIRE(first.size() == 1);
  kill(first[0], SIGKILL);
  std::string answer;
  for (int attempt = 0; attempt < 100 && !answer.starts_with("200"); ++attempt)
    answer = curl(folder, server.url(), "client");
  CHECK(answer.starts_with("200 version 1"));
  CHECK(children_of(server.process().id()) != first);
}

TEST_CASE("SIGTERM lets a running request end, then the server ends with 0") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string slow =
      folder.write("slow.js",
                   "export default { async fetch() { await new Promise((done) => setTimeout(done, 1500)); "
                   "return new Response('late but whole'); } };");
  Server server(folder, mtls(folder, slow));
  REQUIRE(server.listening());
  std::string answer;
  std::thread client([&] { answer = curl(folder, server.url(), "client"); });
  std::this_thread::sleep_for(700ms);
  server.process().send_signal(SIGTERM);
  client.join();
  CHECK(answer == "200 late but whole");
  CHECK(server.process().wait(10s) == 0);
}

TEST_CASE("a wrong command line, a wrong configuration and a taken port have exit codes of their own") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string script = folder.write("who.js", who);
  CHECK(run({edge_run(), script, "--no-such-option"}).exit_code == 2);
  const Finished missing = run({edge_run(), script, "--tls-cert", folder.file("nowhere.pem"), "--tls-key",
                                folder.file("server-key.pem")});
  CHECK(missing.exit_code == 3);
  CHECK(missing.err.find("nowhere.pem") != std::string::npos);
  Arguments twice = mtls(folder, script);
  Server server(folder, twice);
  REQUIRE(server.listening());
  twice.insert(twice.begin(), edge_run());
  twice.insert(twice.end(), {"--listen", "127.0.0.1:" + std::to_string(server.port()), "--state-dir",
                             folder.file("other")});
  const Finished taken = run(twice);
  CHECK(taken.exit_code == 4);
  CHECK(taken.err.find(std::to_string(server.port())) != std::string::npos);
}
