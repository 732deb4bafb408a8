// What a site may ask of its clients' chains, each in a handshake beside a site that does not ask it.
#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

TEST_CASE("T40: a site's own limits of a chain go before the server's") {
  Server server;
  const Identity ca = make_ca("CA");
  CertificateRequest request;
  request.subject = {{"CN", "Issuing CA"}};
  request.ca = true;
  request.extended_key_usage.clear();
  const Identity issuing = must(issue(ca, request));
  request.subject = {{"CN", "Second CA"}};
  const Identity second = must(issue(issuing, request));
  const Identity client = make_client(second);
  auto strict = server.config("a.test", ClientAuthMode::optional, {&ca});
  auto small = server.config("b.test", ClientAuthMode::optional, {&ca});
  const auto usual = server.config("c.test", ClientAuthMode::optional, {&ca});
  strict.chain_depth = 1;
  small.chain_bytes = 600;
  server.serve({strict, small, usual});
  const auto verified = [&](const std::string& name) {
    return visit(server, {.sni = name, .identity = &client, .sent_after = {&second, &issuing}})
        .peer()
        .client->auth.verified;
  };
  CHECK(verified("a.test").starts_with("FAILED"));
  CHECK_FALSE(
      visit(server, {.sni = "b.test", .identity = &client, .sent_after = {&second, &issuing}}).accepted());
  CHECK(verified("c.test") == "SUCCESS");
}

TEST_CASE("T41: a site of security level 3 takes no RSA of 2048 bits, neither a client's nor its own") {
  Server server;
  const Identity ca = make_ca("CA");
  CertificateRequest request;
  request.key = KeyType::rsa_2048;
  const Identity weak = make_client(ca, request), strong = make_client(ca);
  auto strict = server.config("a.test", ClientAuthMode::optional, {&ca});
  const auto usual = server.config("b.test", ClientAuthMode::optional, {&ca});
  strict.security_level = 3;
  server.serve({strict, usual});
  const auto verified = [&](const std::string& name, const Identity& client) {
    return visit(server, {.sni = name, .identity = &client}).peer().client->auth.verified;
  };
  CHECK(verified("a.test", weak).starts_with("FAILED"));
  CHECK(verified("a.test", strong) == "SUCCESS");
  CHECK(verified("b.test", weak) == "SUCCESS");

  request.dns = {"a.test"};
  request.extended_key_usage = {"serverAuth"};
  const Identity own = must(issue(server.server_ca, request));
  strict.tls_cert = server.folder.write("weak.pem", own.certificate_pem());
  strict.tls_key = server.folder.write("weak.key", own.key_pem());
  const auto refused = Site::load(strict, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains("weak.pem"));
}

TEST_CASE("strict_chain: a site that takes RFC 5280 at its word refuses what others let in") {
  Server server;
  const Identity ca = make_ca("CA");
  CertificateRequest request;
  request.key_usage = {"digitalSignature", "keyCertSign"};
  const Identity odd = make_client(ca, request), good = make_client(ca);
  auto strict = server.config("a.test", ClientAuthMode::optional, {&ca});
  const auto usual = server.config("b.test", ClientAuthMode::optional, {&ca});
  strict.strict_chain = true;
  server.serve({strict, usual});
  const auto verified = [&](const std::string& name, const Identity& client) {
    return visit(server, {.sni = name, .identity = &client}).peer().client->auth.verified;
  };
  // BoringSSL has no words for it.
  CHECK(verified("a.test", odd) == "FAILED");
  CHECK(verified("b.test", odd) == "SUCCESS");
  CHECK(verified("a.test", good) == "SUCCESS");
}

TEST_CASE("certificate_policies: a client whose chain asserts none of them is refused") {
  Server server;
  const Identity ca = make_ca("CA");
  const std::string certificate_policies = "2.5.29.32";
  CertificateRequest request;
  // SEQUENCE of one PolicyInformation: 1.2.3.4, and 1.2.3.5.
  request.extensions = {{certificate_policies, {0x30, 7, 0x30, 5, 6, 3, 0x2A, 3, 4}}};
  const Identity asserts = make_client(ca, request);
  request.extensions = {{certificate_policies, {0x30, 7, 0x30, 5, 6, 3, 0x2A, 3, 5}}};
  const Identity asserts_another = make_client(ca, request), asserts_none = make_client(ca);
  auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
  config.certificate_policies = {"1.2.3.x"};
  const auto refused = Site::load(config, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains("certificate_policies: '1.2.3.x' is no OID; write it in digits"));
  const auto verified = [&](const Identity& client) {
    return visit(server, {.identity = &client}).peer().client->auth.verified;
  };
  config.certificate_policies = {"1.2.3.4"};
  server.serve({config});
  CHECK(verified(asserts_none) == "FAILED:no explicit policy");
  CHECK(verified(asserts_another) == "FAILED:no explicit policy");
  CHECK(verified(asserts) == "SUCCESS");
  config.certificate_policies = {"1.2.3.4", "1.2.3.5"};
  server.serve({config});
  CHECK(verified(asserts_another) == "SUCCESS");
}

TEST_CASE("anchors: an intermediate ends a chain only where the site says so, and vouches for nobody else") {
  Server server;
  const Identity root = make_ca("Root");
  CertificateRequest request;
  request.subject = {{"CN", "Issuing CA"}};
  request.ca = true;
  request.extended_key_usage.clear();
  const Identity issuing = must(issue(root, request));
  request.subject = {{"CN", "Other CA"}};
  const Identity other = must(issue(root, request));
  const Identity client = make_client(issuing), stranger = make_client(other), revoked = make_client(issuing);
  auto config = server.config("a.test", ClientAuthMode::optional, {&issuing});
  const auto refused = Site::load(config, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains("set anchors = \"any\""));
  config.anchors = TrustAnchors::any;
  config.client_crl = {"in memory"};
  server.serve({config});
  server.lists.publish(server.folder, issuing, {serial_of(revoked)});
  const auto seen = [&](const Identity& who, const std::vector<const Identity*>& after = {}) {
    return visit(server, {.identity = &who, .sent_after = after});
  };
  CHECK(seen(client).peer().good());
  CHECK(seen(client, {&issuing}).peer().good());
  CHECK(seen(revoked).peer().client->auth.revoked == "1");
  CHECK(seen(stranger).peer().client->auth.verified.starts_with("FAILED"));
  CHECK(seen(stranger, {&other, &root}).peer().client->auth.verified.starts_with("FAILED"));
}
