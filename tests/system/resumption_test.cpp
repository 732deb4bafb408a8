// Sessions that openssl's client takes from one server to another.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/system/edge_run.h"

using namespace edge::testing;
using namespace std::chrono_literals;

namespace {

/// Says what a resumed client must not have lost, and whether it resumed.
constexpr const char* who = R"(export default {
  fetch({ cf: { tlsClientAuth: c } }) {
    const told = [c.certVerified, `revoked=${c.certRevoked}`, `dn=${c.certSubjectDN}`, c.certChainRFC9440 ?? ""];
    return new Response(`verified=${told.join(" ")}|`);
  },
};
)";

struct Cluster {
  TemporaryFolder folder;
  std::string script = folder.write("who.js", who);
  Cluster() { make_cfssl_pki(folder); }

  std::string secret(const std::string& name, mode_t mode = 0600) const {
    const std::string path = folder.write(name, "a secret of more than 32 octets: " + name);
    REQUIRE(chmod(path.c_str(), mode) == 0);
    return path;
  }
  [[nodiscard]] Arguments node(const Arguments& more, const std::string& workers = "1") const {
    return mtls_site(folder, script, more, workers);
  }
  /// One request by s_client, with a session to offer ("": none) and a file for the one that it gets.
  std::string ask(const Server& server, const std::string& version, const std::string& offered,
                  const std::string& kept, const std::string& certificate = "client") const {
    Arguments command{tool("openssl"), "s_client",
                      "-connect",      "127.0.0.1:" + std::to_string(server.port()),
                      "-servername",   "localhost",
                      "-CAfile",       folder.file("ca.pem"),
                      "-cert",         folder.file(certificate + ".pem"),
                      "-key",          folder.file(certificate + "-key.pem"),
                      "-no_ign_eof",   version};
    if (!offered.empty()) command.insert(command.end(), {"-sess_in", folder.file(offered)});
    if (!kept.empty()) command.insert(command.end(), {"-sess_out", folder.file(kept)});
    Background client(command);
    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.wait_for("verified="));
    client.write("Q\n");
    CHECK(client.wait(10s));
    return client.output();
  }
};

bool resumed(const std::string& output) { return output.find("Reused, TLSv1") != std::string::npos; }

std::string facts(const std::string& output) {
  const auto at = output.find("verified=");
  return output.substr(at, output.find('|', at) - at);
}

}  // namespace

TEST_CASE(
    "T01: servers of another secret, or of another trust with the same, do not resume each other's "
    "sessions") {
  const Cluster cluster;
  const std::string secret = cluster.secret("shared"), other_secret = cluster.secret("other");
  const Server one(cluster.folder, cluster.node({"--ticket-secret", secret}));
  const Server stranger(cluster.folder, cluster.node({"--ticket-secret", other_secret}));
  const Server keeper_of_its_own(cluster.folder, cluster.node({}, "2"));
  const Server other_trust(cluster.folder, cluster.node({"--ticket-secret", secret, "--chain-depth", "3"}));
  for (const Server* server : {&one, &stranger, &keeper_of_its_own, &other_trust})
    REQUIRE(server->listening());
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    CAPTURE(version);
    CHECK_FALSE(resumed(cluster.ask(one, version, "", "session")));
    for (const Server* server : {&stranger, &keeper_of_its_own, &other_trust})
      CHECK_FALSE(resumed(cluster.ask(*server, version, "session", "")));
  }
}

TEST_CASE(
    "T04: servers that share a secret and a configuration resume each other's sessions, with the same "
    "facts") {
  const Cluster cluster;
  const std::string secret = cluster.secret("shared");
  const Server one(cluster.folder, cluster.node({"--ticket-secret", secret}));
  const Server two(cluster.folder, cluster.node({"--ticket-secret", secret}));
  REQUIRE(one.listening());
  REQUIRE(two.listening());
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    CAPTURE(version);
    const std::string first = cluster.ask(one, version, "", "session");
    const std::string second = cluster.ask(two, version, "session", "next");
    CHECK_FALSE(resumed(first));
    CHECK(resumed(second));
    CHECK(facts(second) == facts(first));
    CHECK(facts(second).starts_with("verified=SUCCESS revoked=0 dn="));
    // A client of TLS 1.3 has a new ticket by now, which is of use where the first came from.
    if (std::string(version) == "-tls1_3") CHECK(resumed(cluster.ask(one, version, "next", "")));
  }
}

TEST_CASE("T02: a client that another server's list revokes is seen as revoked there when it resumes") {
  const Cluster cluster;
  const std::string secret = cluster.secret("shared");
  const auto with_list = [&](const std::string& list) {
    return cluster.node({"--ticket-secret", secret, "--client-crl", cluster.folder.file(list)});
  };
  // The first server's list is one of before the revocation.
  const std::string none = cluster.folder.write("none.txt", "");
  const Finished made =
      run({tool("cfssl"), "gencrl", none, cluster.folder.file("ca.pem"), cluster.folder.file("ca-key.pem")});
  REQUIRE(made.exit_code == 0);
  cluster.folder.write("before.crl", made.out);
  const TemporaryFolder other_state;
  const Server late(other_state, with_list("before.crl")), current(cluster.folder, with_list("ca.crl"));
  REQUIRE(late.listening());
  REQUIRE(current.listening());
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    CAPTURE(version);
    const std::string first = cluster.ask(late, version, "", "session", "revoked");
    CHECK(first.find("verified=SUCCESS revoked=0") != std::string::npos);
    const std::string second = cluster.ask(current, version, "session", "", "revoked");
    CHECK(resumed(second));
    CHECK(second.find("verified=SUCCESS revoked=1") != std::string::npos);
  }
}

TEST_CASE(
    "T06: a secret is replaced by reloads without a session being lost, and one that is open to others is "
    "not taken") {
  const Cluster cluster;
  const std::string old_secret = cluster.secret("old"), new_secret = cluster.secret("new");
  const auto config = [&](const std::string& secrets) {
    cluster.folder.write("edge-run.toml", "workers = 2\nstate_dir = \"" + cluster.folder.file("state") +
                                              "\"\n" + secrets +
                                              "script = \"who.js\"\ntls_cert = \"server.pem\"\n"
                                              "tls_key = \"server-key.pem\"\nclient_ca = [\"ca.pem\"]\n");
  };
  config("ticket_secret = [\"old\"]\n");
  Server server(cluster.folder, {"--config", cluster.folder.file("edge-run.toml")});
  REQUIRE(server.listening());
  const auto reload = [&](const std::string& expected) {
    const auto before = server.process().output().size();
    server.process().send_signal(SIGHUP);
    return server.process().wait_for(expected, 20s, before);
  };
  (void)cluster.ask(server, "-tls1_3", "", "first");
  config("ticket_secret = [\"new\", \"old\"]\n");
  REQUIRE(reload("reload.done"));
  CHECK(resumed(cluster.ask(server, "-tls1_3", "first", "second")));
  REQUIRE(chmod(new_secret.c_str(), 0644) == 0);
  config("ticket_secret = [\"new\"]\n");
  REQUIRE(reload("chmod 600 " + new_secret));
  CHECK(resumed(cluster.ask(server, "-tls1_3", "second", "third")));
  REQUIRE(chmod(new_secret.c_str(), 0600) == 0);
  REQUIRE(reload("reload.done"));
  CHECK(resumed(cluster.ask(server, "-tls1_3", "third", "")));
  CHECK_FALSE(resumed(cluster.ask(server, "-tls1_3", "first", "")));
}
