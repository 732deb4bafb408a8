// Resumed sessions: the same facts, a fresh verdict, and never another trust's.
#include "runtime/tls/acceptor.h"
#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

/// Sealed tickets for many processes, and sessions kept in the only one.
const Bytes kinds_of_secret[] = {Bytes(32, 7), Bytes()};

void check_same_facts(const Peer& one, const Peer& other) {
  for (const ClientAuthField& field : client_auth_fields) {
    CAPTURE(field.name);
    if (field.text) CHECK(one.client->auth.*field.text == other.client->auth.*field.text);
    if (field.flag) CHECK(one.client->auth.*field.flag == other.client->auth.*field.flag);
  }
  CHECK(one.client->leaf_der == other.client->leaf_der);
  CHECK(one.client->issuers_der == other.client->issuers_der);
  REQUIRE(one.client->keys.size() == other.client->keys.size());
  for (std::size_t i = 0; i < one.client->keys.size(); ++i) {
    CHECK(one.client->keys[i].issuer == other.client->keys[i].issuer);
    CHECK(one.client->keys[i].serial == other.client->keys[i].serial);
  }
}

Bytes ticket_of(const Outcome& outcome) {
  const unsigned char* ticket = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket(outcome.session.get(), &ticket, &size);
  return {ticket, ticket + size};
}

}  // namespace

TEST_CASE("T01: a session of one site is not resumed on another") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca_a = make_ca("CA A"), ca_b = make_ca("CA B");
    const Identity client_a = make_client(ca_a), client_b = make_client(ca_b);
    server.serve({server.config("a.test", ClientAuthMode::optional, {&ca_a}),
                  server.config("b.test", ClientAuthMode::optional, {&ca_b}),
                  server.config("c.test", ClientAuthMode::off, {})});
    const std::map<std::string, const Identity*> hosts = {
        {"a.test", &client_a}, {"b.test", &client_b}, {"c.test", nullptr}};
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      for (const auto& [from, identity] : hosts) {
        const Outcome first = visit(server, {.sni = from, .identity = identity, .version = version});
        REQUIRE(first.session != nullptr);
        for (const auto& [to, unused] : hosts) {
          CAPTURE(version);
          CAPTURE(from);
          CAPTURE(to);
          SSL_SESSION_set1_hostname(first.session.get(), nullptr);  // or the client itself would not offer it
          const SessionPtr offered{SSL_SESSION_dup(first.session.get())};
          const Outcome second =
              visit(server, {.sni = to, .identity = identity, .session = offered.get(), .version = version});
          CHECK(second.peer().connection.resumed == (from == to));
          if (from == to) continue;
          CHECK(second.peer().client->auth.verified != "SUCCESS");
        }
      }
    }
  }
}

TEST_CASE("T02: a client that was revoked since is seen as revoked when it resumes") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca = make_ca("CA");
    const Identity client = make_client(ca);
    auto optional = server.config("a.test", ClientAuthMode::optional, {&ca});
    auto required = server.config("b.test", ClientAuthMode::required, {&ca});
    optional.client_crl = required.client_crl = {"in memory"};
    server.serve({optional, required});
    server.lists.publish(server.folder, ca, {});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(version);
      server.lists.publish(server.folder, ca, {});
      const Outcome first = visit(server, {.sni = "a.test", .identity = &client, .version = version});
      const Outcome strict = visit(server, {.sni = "b.test", .identity = &client, .version = version});
      CHECK(first.peer().good());
      CHECK(strict.peer().good());
      server.lists.publish(server.folder, ca, {serial_of(client)});

      const Outcome again = visit(
          server, {.sni = "a.test", .identity = &client, .session = first.session.get(), .version = version});
      CHECK(again.peer().connection.resumed);
      CHECK(again.peer().client->auth.verified == "SUCCESS");
      CHECK(again.peer().client->auth.revoked == "1");
      CHECK_FALSE(again.peer().good());
      const Outcome refused =
          visit(server,
                {.sni = "b.test", .identity = &client, .session = strict.session.get(), .version = version});
      REQUIRE_FALSE(refused.accepted());
      CHECK(refused.server->error().error.message == "the client's certificate is revoked");
    }
  }
}

TEST_CASE("T02: a verdict is renewed on a live connection, as a new Peer") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
  config.client_crl = {"in memory"};
  server.serve({config});
  server.lists.publish(server.folder, ca, {});
  const Outcome seen = visit(server, {.identity = &client});
  const Site& site = *(**seen.server).site;
  const auto before = (**seen.server).peer;
  CHECK(before->good());
  CHECK(renew_verdict(before, site, *server.lists.current(), test_clock()) == before);
  server.lists.publish(server.folder, ca, {serial_of(client)});
  const auto after = renew_verdict(before, site, *server.lists.current(), test_clock());
  CHECK(after->id != before->id);
  CHECK(after->client->auth.revoked == "1");
  CHECK(before->client->auth.revoked == "0");
}

TEST_CASE("T03: a session does not outlive the certificate") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca = make_ca("CA");
    CertificateRequest request;
    request.not_before = system_seconds() - 3600;
    request.not_after = system_seconds() + 3600;
    const Identity client = make_client(ca, request);
    server.serve({server.config("a.test", ClientAuthMode::optional, {&ca})});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(version);
      clock_offset = 0;
      const Outcome first = visit(server, {.identity = &client, .version = version});
      CHECK(SSL_SESSION_get_ticket_lifetime_hint(first.session.get()) <= 3600);
      const Outcome second =
          visit(server, {.identity = &client, .session = first.session.get(), .version = version});
      CHECK(second.peer().connection.resumed);
      clock_offset = 3700;
      const Outcome third =
          visit(server, {.identity = &client, .session = second.session.get(), .version = version});
      CHECK_FALSE(third.peer().connection.resumed);
      CHECK(third.peer().client->auth.verified == "FAILED:certificate has expired");
    }
  }
}

TEST_CASE("T03: another set of CAs is another trust") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca = make_ca("CA"), other = make_ca("Other CA");
    const Identity client = make_client(ca);
    auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
    server.serve({config});
    const Outcome first = visit(server, {.identity = &client});
    config.client_ca = {server.folder.write("other.pem", other.certificate_pem())};
    server.serve({config});
    const Outcome second = visit(server, {.identity = &client, .session = first.session.get()});
    CHECK_FALSE(second.peer().connection.resumed);
    CHECK(second.peer().client->auth.verified.starts_with("FAILED"));
  }
}

TEST_CASE("T04: a resumed session has the same facts, byte for byte") {
  for (const Bytes& secret : kinds_of_secret) {
    for (const bool in_another_process : {false, true}) {
      if (secret.empty() && in_another_process) continue;
      Server server(secret);
      const Identity ca = make_ca("Root");
      CertificateRequest request;
      request.subject = {{"C", "DE"}, {"CN", "Issuing CA"}};
      request.ca = true;
      request.extended_key_usage.clear();
      const Identity issuing = must(issue(ca, request));
      CertificateRequest leaf;
      leaf.subject = {{"O", "Zoë, Inc"}, {"CN", "a=b+c"}};
      const Identity client = make_client(issuing, leaf);
      auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
      config.client_crl = {"in memory"};
      server.serve({config});
      for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        CAPTURE(in_another_process);
        const Visit how{.identity = &client, .sent_after = {&issuing}, .version = version};
        const Outcome first = visit(server, how);
        CHECK(first.peer().client->auth.verified == "SUCCESS");
        CHECK_FALSE(first.peer().client->auth.issuer_serial.empty());
        CHECK_FALSE(first.peer().client->auth.chain_rfc9440.empty());
        CHECK(first.peer().client->issuers_der == std::vector<Bytes>{issuing.certificate_der()});
        SessionPtr session{SSL_SESSION_dup(first.session.get())};
        for (int round = 0; round < 3; ++round) {
          if (in_another_process) server.restart();
          Visit again = how;
          again.session = session.get();
          Outcome next = visit(server, again);
          CHECK(next.peer().connection.resumed);
          CHECK(next.client_resumed);
          check_same_facts(first.peer(), next.peer());
          session = std::move(next.session);
        }
      }
    }
  }
}

TEST_CASE(
    "T04: a client that did not verify, or sent too many certificates, has to do the whole handshake again") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca = make_ca("CA"), other = make_ca("CA");
    const Identity client = make_client(ca), foreign = make_client(other);
    server.serve({server.config("a.test", ClientAuthMode::optional, {&ca})});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(version);
      const Outcome first = visit(server, {.identity = &foreign, .version = version});
      const Outcome second =
          visit(server, {.identity = &foreign, .session = first.session.get(), .version = version});
      CHECK_FALSE(second.peer().connection.resumed);
      CHECK(second.peer().client->auth.verified == first.peer().client->auth.verified);
      const std::vector<const Identity*> many(30, &ca);
      const Outcome long_chain = visit(server, {.identity = &client, .sent_after = many, .version = version});
      CHECK(long_chain.peer().client->auth.verified == "SUCCESS");
      const Outcome again = visit(
          server,
          {.identity = &client, .sent_after = many, .session = long_chain.session.get(), .version = version});
      CHECK(again.peer().connection.resumed == secret.empty());
      check_same_facts(long_chain.peer(), again.peer());
    }
  }
}

TEST_CASE("acceptor: a resumed session gets its next ticket, because a client uses one once") {
  Server server(kinds_of_secret[0]);
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  server.serve({server.config("a.test", ClientAuthMode::optional, {&ca})});
  const Outcome first = visit(server, {.sni = "a.test", .identity = &client, .version = TLS1_3_VERSION});
  const Outcome again = visit(
      server,
      {.sni = "a.test", .identity = &client, .session = first.session.get(), .version = TLS1_3_VERSION});
  REQUIRE(again.peer().connection.resumed);
  CHECK_FALSE(ticket_of(again).empty());
  CHECK(ticket_of(again) != ticket_of(first));
}

TEST_CASE("resumption: a session survives that its connection was reset") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca = make_ca("CA");
    const Identity client = make_client(ca);
    server.serve({server.config("a.test", ClientAuthMode::required, {&ca})});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(version);
      const Outcome first = visit(server, {.identity = &client, .version = version, .resets = true});
      REQUIRE(first.session != nullptr);
      const Outcome second =
          visit(server, {.identity = &client, .session = first.session.get(), .version = version});
      CHECK(second.peer().connection.resumed);
    }
  }
}

TEST_CASE("T05: no session allows early data") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    server.serve({server.config("a.test", ClientAuthMode::off, {})});
    const Outcome first = visit(server, {});
    CHECK(SSL_SESSION_get_max_early_data(first.session.get()) == 0);
  }
}

TEST_CASE("T06: after two slots a ticket forces a full handshake") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  const Outcome first = visit(server, {});
  clock_offset = 4 * 3600;
  const SessionPtr offered{SSL_SESSION_dup(first.session.get())};
  CHECK(visit(server, {.session = offered.get()}).peer().connection.resumed);
  clock_offset = 8 * 3600;
  CHECK_FALSE(visit(server, {.session = first.session.get()}).peer().connection.resumed);
}

TEST_CASE("T06: however often it resumes, a client proves itself anew after a day") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    const Identity ca = make_ca("CA");
    const Identity client = make_client(ca);
    server.serve({server.config("a.test", ClientAuthMode::required, {&ca})});
    Outcome last = visit(server, {.identity = &client});
    for (const int hours : {3, 6, 9, 12, 15, 18, 21, 25}) {
      CAPTURE(hours);
      clock_offset = hours * 3600;
      const SessionPtr session = std::move(last.session);
      last = visit(server, {.identity = &client, .session = session.get()});
      CHECK(last.peer().connection.resumed == (hours < 24));
    }
  }
}

TEST_CASE("T63: a clock that jumps lets in whom the time it shows would, and then is as before") {
  constexpr std::int64_t hour = 3600, year = 365 * 24 * hour;
  struct Jump {
    std::int64_t by;
    const char* verified;
  };
  const Jump jumps[] = {{hour, "SUCCESS"},
                        {-hour, "SUCCESS"},
                        {year, "SUCCESS"},
                        {-year, "FAILED:certificate is not yet valid"},
                        {3 * year, "FAILED:certificate has expired"}};
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    CertificateRequest long_lived{.subject = {{"CN", "CA"}}, .extended_key_usage = {}, .ca = true};
    long_lived.not_before = system_seconds() - 10 * year;
    long_lived.not_after = system_seconds() + 10 * year;
    const Identity ca = must(make_self_signed(long_lived));
    CertificateRequest request;
    request.not_before = system_seconds() - 48 * hour;
    request.not_after = system_seconds() + 2 * year;
    const Identity client = make_client(ca, request), revoked = make_client(ca, request);
    auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
    config.client_crl = {"in memory"};
    server.serve({config});
    server.lists.publish(server.folder, ca, {serial_of(revoked)});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      for (const Jump& jump : jumps) {
        CAPTURE(jump.by);
        clock_offset = 0;
        const Outcome before = visit(server, {.identity = &client, .version = version});
        CHECK(before.peer().good());
        clock_offset = jump.by;
        const SessionPtr offered{SSL_SESSION_dup(before.session.get())};
        const Outcome meanwhile =
            visit(server, {.identity = &client, .session = offered.get(), .version = version});
        CHECK(meanwhile.peer().client->auth.verified == jump.verified);
        if (meanwhile.peer().client->auth.verified != "SUCCESS")
          CHECK_FALSE(meanwhile.peer().connection.resumed);
        const Outcome bad = visit(server, {.identity = &revoked, .version = version});
        CHECK_FALSE(bad.peer().good());
        clock_offset = 0;
        const Outcome after =
            visit(server, {.identity = &client, .session = meanwhile.session.get(), .version = version});
        CHECK(after.peer().good());
      }
    }
  }
}

TEST_CASE("acceptor: a connection outlives its acceptor") {
  for (const Bytes& secret : kinds_of_secret) {
    Server server(secret);
    server.serve({server.config("a.test", ClientAuthMode::off, {})});
    Outcome seen = visit(server, {});
    server.acceptor.reset();
    seen.server.reset();
    CHECK(seen.session != nullptr);
  }
}
