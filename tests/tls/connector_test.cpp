// The client's side: which origins are trusted, what they are shown, how sessions are resumed.
#include "runtime/tls/connector.h"

#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

/// What the connector got, and what the origin saw.
struct Call {
  Result<std::unique_ptr<Stream>> stream = fail(ErrorKind::connect, "not done");
  Outcome origin;
};

Task<> call_once(Connector& connector, Socket socket, std::string host, Call& call) {
  call.stream = co_await connector.connect(std::move(socket), std::move(host), nullptr);
  if (!call.stream) co_return;
  char greeting[16];
  const auto got = co_await (**call.stream).read_some(greeting);
  if (!got) {
    call.stream = std::unexpected(got.error());
    co_return;
  }
  co_await (**call.stream).write("bye");
}

Call call(Server& origin, Connector& connector, const std::string& host) {
  Call call;
  auto [inside, outside] = connected_sockets(origin.io);
  std::vector<Task<>> tasks;
  tasks.push_back(serve_one(*origin.acceptor, std::move(inside), call.origin));
  tasks.push_back(call_once(connector, std::move(outside), host, call));
  run(origin.io, std::move(tasks));
  return call;
}

OriginTrust trusting(const Server& origin, const Identity& ca) {
  OriginTrust trust;
  trust.ca_files = {origin.folder.write("origin-ca.pem", ca.certificate_pem())};
  return trust;
}

}  // namespace

TEST_CASE("connector: an origin whose CA is not trusted is refused, the system's CAs included") {
  Server origin;
  origin.serve({origin.config("a.test", ClientAuthMode::off, {})});
  const Identity other = make_ca("Server CA");
  const auto strict = must(Connector::load(trusting(origin, other)));
  const Call foreign = call(origin, *strict, "a.test");
  REQUIRE_FALSE(foreign.stream.has_value());
  CHECK(foreign.stream.error().kind == ErrorKind::tls);
  CHECK(foreign.stream.error().message.starts_with("TLS with 'a.test' failed: its certificate is refused: "));
  const auto system = must(Connector::load({}));
  CHECK_FALSE(call(origin, *system, "a.test").stream.has_value());
}

TEST_CASE("connector: a certificate of another name is refused") {
  Server origin;
  auto config = origin.config("", ClientAuthMode::off, {});
  origin.serve({config});
  const auto connector = must(Connector::load(trusting(origin, origin.server_ca)));
  for (const char* host : {"b.test", "127.0.0.1", "::1", "any.test.evil"}) {
    CAPTURE(host);
    CHECK_FALSE(call(origin, *connector, host).stream.has_value());
  }
  CHECK(call(origin, *connector, "any.test").stream.has_value());
  CHECK(call(origin, *connector, "ANY.test.").stream.has_value());
}

TEST_CASE("connector: an address is verified as an address, and sent as no server name") {
  Server origin;
  auto config = origin.config("", ClientAuthMode::off, {});
  CertificateRequest request;
  request.subject = {{"CN", "origin"}};
  request.ip = {"127.0.0.1"};
  request.extended_key_usage = {"serverAuth"};
  const Identity identity = must(issue(origin.server_ca, request));
  config.tls_cert = origin.folder.write("ip.pem", identity.certificate_pem());
  config.tls_key = origin.folder.write("ip.key", identity.key_pem());
  origin.serve({config});
  const auto connector = must(Connector::load(trusting(origin, origin.server_ca)));
  const Call reached = call(origin, *connector, "127.0.0.1");
  CHECK(reached.stream.has_value());
  CHECK(reached.origin.peer().connection.sni.empty());
  CHECK_FALSE(call(origin, *connector, "127.0.0.2").stream.has_value());
}

TEST_CASE("connector: our certificate is presented to an origin that asks") {
  Server origin;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  origin.serve({origin.config("a.test", ClientAuthMode::required, {&ca})});
  auto trust = trusting(origin, origin.server_ca);
  const auto without = must(Connector::load(trust));
  CHECK_FALSE(call(origin, *without, "a.test").stream.has_value());
  trust.cert_file = origin.folder.write("client.pem", client.certificate_pem());
  trust.key_file = origin.folder.write("client.key", client.key_pem());
  const auto with = must(Connector::load(trust));
  const Call reached = call(origin, *with, "a.test");
  REQUIRE(reached.stream.has_value());
  CHECK(reached.origin.peer().client->auth.verified == "SUCCESS");
}

TEST_CASE("connector: a second connection to the same host resumes, one to another does not") {
  Server origin;
  origin.serve(
      {origin.config("a.test", ClientAuthMode::off, {}), origin.config("b.test", ClientAuthMode::off, {})});
  const auto connector = must(Connector::load(trusting(origin, origin.server_ca)));
  CHECK_FALSE(call(origin, *connector, "a.test").origin.peer().connection.resumed);
  CHECK(call(origin, *connector, "a.test").origin.peer().connection.resumed);
  CHECK_FALSE(call(origin, *connector, "b.test").origin.peer().connection.resumed);
  CHECK(call(origin, *connector, "b.test").origin.peer().connection.resumed);
}

TEST_CASE("connector: files that cannot be used are errors that name option and file") {
  Server origin;
  const Identity client = make_client(origin.server_ca);
  const auto refusal = [](const OriginTrust& trust) {
    const auto loaded = Connector::load(trust);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().kind == ErrorKind::config);
    return loaded.error().message;
  };
  OriginTrust trust;
  trust.ca_files = {origin.folder.file("missing.pem")};
  CHECK(refusal(trust).contains("origin_ca '" + trust.ca_files[0] + "' cannot be read"));
  trust = trusting(origin, origin.server_ca);
  trust.cert_file = origin.folder.write("client.pem", client.certificate_pem());
  CHECK(refusal(trust).contains("needs origin_key"));
  trust.key_file = trust.cert_file;
  CHECK(refusal(trust).contains("origin_key '" + trust.key_file + "' holds a certificate"));
}
