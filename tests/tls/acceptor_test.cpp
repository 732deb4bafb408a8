// Handshakes of the server: which Site is chosen, what the modes let in, which facts come out.
#include "runtime/tls/acceptor.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

Identity weak_client(const Identity& ca, int bits, const EVP_MD* digest) {
  Identity weak = make_client(ca);
  weak.key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)));
  REQUIRE(weak.key != nullptr);
  X509_set_pubkey(weak.certificate.get(), weak.key.get());
  REQUIRE(X509_sign(weak.certificate.get(), ca.key.get(), digest) > 0);
  return weak;
}

}  // namespace

TEST_CASE("T10: a client without a server name reaches only the site that serves every name") {
  Server server;
  const Identity ca = make_ca("CA");
  const auto named = server.config("a.test", ClientAuthMode::required, {&ca});
  server.serve({named});
  const Outcome refused = visit(server, {.sni = ""});
  REQUIRE_FALSE(refused.accepted());
  CHECK(refused.server->error().error.message.contains("no server name"));
  CHECK(refused.client.error().message.contains("unrecognized name"));

  auto any = server.config("", ClientAuthMode::optional, {&ca});
  server.serve({named, any});
  const Outcome served = visit(server, {.sni = ""});
  REQUIRE(served.accepted());
  CHECK((**served.server).site->config().name == "any");
  CHECK(served.peer().connection.sni.empty());
}

TEST_CASE("T11: a name that no site has is refused with unrecognized_name") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  const Outcome refused = visit(server, {.sni = "b.test"});
  REQUIRE_FALSE(refused.accepted());
  CHECK(refused.server->error().error.message == "no site serves the server name 'b.test'");
  CHECK(refused.client.error().message.contains("unrecognized name"));
}

TEST_CASE("T12: the server name is compared in one form, whatever its case and dots") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  const Outcome served = visit(server, {.sni = "A.TeSt"});
  REQUIRE(served.accepted());
  CHECK(served.peer().connection.sni == "a.test");
}

TEST_CASE("T40: more certificates than the limit end the handshake") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  server.limits.chain_bytes = 4096;
  server.serve({server.config("a.test", ClientAuthMode::optional, {&ca})});
  const std::vector<const Identity*> many(100, &ca);
  const Outcome refused = visit(server, {.identity = &client, .sent_after = many});
  CHECK_FALSE(refused.accepted());
  CHECK(visit(server, {.identity = &client}).accepted());
}

TEST_CASE("T41: RSA-1024 and SHA-1 certificates do not verify, and do not end an optional handshake") {
  Server server;
  const Identity ca = make_ca("CA");
  server.serve({server.config("a.test", ClientAuthMode::optional, {&ca}),
                server.config("b.test", ClientAuthMode::required, {&ca})});
  const Identity short_key = weak_client(ca, 1024, EVP_sha256());
  const Identity old_digest = weak_client(ca, 2048, EVP_sha1());
  for (const Identity* weak : {&short_key, &old_digest}) {
    const Outcome seen = visit(server, {.sni = "a.test", .identity = weak});
    CHECK(seen.peer().client->auth.presented == "1");
    CHECK(seen.peer().client->auth.verified.starts_with("FAILED"));
    CHECK_FALSE(visit(server, {.sni = "b.test", .identity = weak}).accepted());
  }
}

TEST_CASE(
    "acceptor: mode required refuses a missing, a foreign and a revoked certificate, and lets in a good "
    "one") {
  Server server;
  const Identity ca = make_ca("CA"), other = make_ca("CA");
  const Identity good = make_client(ca), revoked = make_client(ca), foreign = make_client(other);
  auto config = server.config("a.test", ClientAuthMode::required, {&ca});
  config.client_crl = {"in memory"};
  server.serve({config});

  const Outcome unlisted = visit(server, {.identity = &good});
  REQUIRE_FALSE(unlisted.accepted());
  CHECK(unlisted.server->error().error.message ==
        "no current revocation list or OCSP response covers the client's certificate");

  server.lists.publish(server.folder, ca, {serial_of(revoked)});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const Outcome missing = visit(server, {.version = version});
    REQUIRE_FALSE(missing.accepted());
    CHECK(missing.server->error().peer == nullptr);
    CHECK(missing.server->error().error.message.contains("certificate"));

    const Outcome strange = visit(server, {.identity = &foreign, .version = version});
    REQUIRE_FALSE(strange.accepted());
    REQUIRE(strange.server->error().peer != nullptr);
    CHECK(strange.server->error().peer->client->auth.verified.starts_with("FAILED"));

    const Outcome dead = visit(server, {.identity = &revoked, .version = version});
    REQUIRE_FALSE(dead.accepted());
    CHECK(dead.server->error().error.message == "the client's certificate is revoked");
    CHECK(dead.server->error().peer->client->auth.revoked == "1");
    CHECK(dead.client.error().message.contains("certificate revoked"));

    const Outcome welcome = visit(server, {.identity = &good, .version = version});
    REQUIRE(welcome.accepted());
    CHECK(welcome.peer().good());
    CHECK(welcome.peer().verdict.state == Verdict::State::good);
  }
}

TEST_CASE("acceptor: mode optional never fails the handshake, and tells what it saw") {
  Server server;
  const Identity ca = make_ca("CA"), other = make_ca("CA");
  const Identity good = make_client(ca), revoked = make_client(ca), foreign = make_client(other);
  CertificateRequest old;
  old.not_before = 1'500'000'000;
  old.not_after = 1'600'000'000;
  const Identity expired = make_client(ca, old);
  auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
  config.client_crl = {"in memory"};
  server.serve({config});
  server.lists.publish(server.folder, ca, {serial_of(revoked)});

  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const Outcome none = visit(server, {.version = version});
    CHECK(none.peer().client->auth.presented == "0");
    CHECK(none.peer().client->auth.verified == "NONE");
    CHECK_FALSE(none.peer().good());
    const Outcome strange = visit(server, {.identity = &foreign, .version = version});
    CHECK(strange.peer().client->auth.presented == "1");
    CHECK(strange.peer().client->auth.verified.starts_with("FAILED"));
    const Outcome late = visit(server, {.identity = &expired, .version = version});
    CHECK(late.peer().client->auth.verified == "FAILED:certificate has expired");
    const Outcome dead = visit(server, {.identity = &revoked, .version = version});
    CHECK(dead.peer().client->auth.verified == "SUCCESS");
    CHECK(dead.peer().client->auth.revoked == "1");
    CHECK_FALSE(dead.peer().good());
    CHECK(visit(server, {.identity = &good, .version = version}).peer().good());
  }
}

TEST_CASE("acceptor: mode off asks for no certificate") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  const Outcome seen = visit(server, {.identity = &client});
  CHECK(seen.peer().client->auth.presented == "0");
  CHECK(seen.peer().client->leaf_der.empty());
}

TEST_CASE("acceptor: a site without client CAs trusts nobody") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  server.serve({server.config("a.test", ClientAuthMode::optional, {})});
  CHECK(visit(server, {.identity = &client}).peer().client->auth.verified.starts_with("FAILED"));
}

TEST_CASE("acceptor: a second connection of the same client has the same facts") {
  Server server;
  const Identity ca = make_ca("CA");
  CertificateRequest request;
  request.subject = {{"CN", "Issuing CA"}};
  request.ca = true;
  request.extended_key_usage.clear();
  const Identity issuing = must(issue(ca, request));
  const Identity client = make_client(issuing);
  server.serve({server.config("a.test", ClientAuthMode::required, {&ca})});
  const Outcome first = visit(server, {.identity = &client, .sent_after = {&issuing}});
  const Outcome second = visit(server, {.identity = &client, .sent_after = {&issuing}});
  for (const ClientAuthField& field : client_auth_fields) {
    if (field.text) CHECK(first.peer().client->auth.*field.text == second.peer().client->auth.*field.text);
  }
  CHECK(first.peer().id != second.peer().id);
  CHECK_FALSE(first.peer().client->auth.chain_rfc9440.empty());
  // Without its intermediate the same leaf does not verify: what is remembered is the whole chain.
  CHECK_FALSE(visit(server, {.identity = &client}).accepted());
}

TEST_CASE("acceptor: a remembered chain is verified again once it has expired") {
  Server server;
  const Identity ca = make_ca("CA");
  CertificateRequest request;
  request.not_before = system_seconds() - 3600;
  request.not_after = system_seconds() + 3600;
  const Identity client = make_client(ca, request);
  server.serve({server.config("a.test", ClientAuthMode::optional, {&ca})});
  CHECK(visit(server, {.identity = &client}).peer().client->auth.verified == "SUCCESS");
  clock_offset = 7200;
  CHECK(visit(server, {.identity = &client}).peer().client->auth.verified ==
        "FAILED:certificate has expired");
}

TEST_CASE("acceptor: the facts of the connection are in the forms of request.cf") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  const Outcome modern = visit(server, {.alpn = "http/1.1"});
  const ConnectionFacts& facts = modern.peer().connection;
  CHECK(facts.tls_version == "TLSv1.3");
  CHECK(facts.tls_cipher == "AEAD-AES128-GCM-SHA256");
  CHECK(facts.sni == "a.test");
  CHECK(facts.alpn == "http/1.1");
  CHECK(facts.client_address == "127.0.0.1");
  CHECK(facts.client_port != 0);
  CHECK(facts.client_random.size() == 44);
  CHECK(facts.client_ciphers_sha1.size() == 28);
  CHECK(facts.client_extensions_sha1.size() == 28);
  CHECK(facts.client_extensions_sha1_le.size() == 28);
  CHECK(facts.client_extensions_sha1 != facts.client_extensions_sha1_le);
  CHECK(std::stoi(facts.client_hello_length) > 100);
  CHECK_FALSE(facts.resumed);
  const Outcome old = visit(server, {.version = TLS1_2_VERSION});
  CHECK(old.peer().connection.tls_version == "TLSv1.2");
  CHECK(old.peer().connection.tls_cipher == "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_CASE("acceptor: a hello that has to be repeated is served, and its first message counts") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  // The client's share is for P-521, which the server does not speak; then it offers X25519.
  const Outcome served = visit(server, {.groups = "P-521:X25519"});
  CHECK_FALSE(served.peer().connection.client_hello_length.empty());
}

TEST_CASE("acceptor: a client that speaks only another protocol is told so") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  const Outcome refused = visit(server, {.alpn = "h2"});
  CHECK_FALSE(refused.accepted());
  CHECK(refused.client.error().message.contains("no application protocol"));
}

TEST_CASE("acceptor: TLS 1.1 is refused") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  CHECK_FALSE(visit(server, {.version = TLS1_1_VERSION}).accepted());
}

TEST_CASE("T72: a client that sends nothing ends when the stream is cancelled") {
  Server server;
  server.serve({server.config("a.test", ClientAuthMode::off, {})});
  auto [inside, outside] = connected_sockets(server.io);
  Stream* started = nullptr;
  std::optional<std::expected<Accepted, Refused>> result;
  const auto serve = [&](Socket socket) -> Task<> {
    result = co_await server.acceptor->accept(std::move(socket), [&](Stream& stream) { started = &stream; });
  };
  const auto cancel = [&]() -> Task<> {
    while (!started) co_await asio::post(server.io.get_executor(), use_task);
    started->cancel();
  };
  std::vector<Task<>> tasks;
  tasks.push_back(serve(std::move(inside)));
  tasks.push_back(cancel());
  run(server.io, std::move(tasks));
  REQUIRE_FALSE(result->has_value());
  CHECK(result->error().error.kind == ErrorKind::timeout);
}
