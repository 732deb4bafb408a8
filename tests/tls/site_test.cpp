// Names and their one resolver; what a site's files must be.
#include "runtime/tls/site.h"

#include <random>

#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

std::string normal(std::string_view host) { return normalise_host(host).value_or("(none)"); }

const std::string* served(const Server& server, std::string_view host) {
  const Site* site = server.sites->find(host);
  return site ? &site->config().name : nullptr;
}

/// The message with which a configuration is refused.
std::string refusal(const SiteConfig& config) {
  const auto site = Site::load(config, {}, {});
  REQUIRE_FALSE(site.has_value());
  CHECK(site.error().kind == ErrorKind::config);
  return site.error().message;
}

}  // namespace

TEST_CASE("T11: what names the same host is the same, and what is no host name is nothing") {
  for (const std::string_view same :
       {"mtls.test", "MTLS.test", "mtls.test.", "mtls.test:443", "Mtls.Test.:8443", "mtls.test:"}) {
    CAPTURE(same);
    CHECK(normal(same) == "mtls.test");
  }
  using namespace std::string_view_literals;
  for (const std::string_view junk : {""sv,
                                      " "sv,
                                      "mtls.test "sv,
                                      " mtls.test"sv,
                                      "a b"sv,
                                      "a..b"sv,
                                      ".a"sv,
                                      "."sv,
                                      "mtls.test.."sv,
                                      "mtls.test:x"sv,
                                      "mtls.test:65536"sv,
                                      "mtls.test:443:443"sv,
                                      "[::1"sv,
                                      "::1]"sv,
                                      "[::1]x"sv,
                                      "[fe80::1%eth0]"sv,
                                      "[v1.x]"sv,
                                      "a\tb"sv,
                                      "a\0b"sv,
                                      "mtls.test\0"sv,
                                      "[::1\0]"sv,
                                      "mtl\xC5\xA1.test"sv,
                                      "a/b"sv,
                                      "a@b"sv,
                                      "a,b"sv,
                                      "*.test"sv,
                                      "%61.test"sv,
                                      ":443"sv}) {
    CAPTURE(junk);
    CHECK(normal(junk) == "(none)");
  }
  CHECK(normal(std::string(64, 'a') + ".test") == "(none)");
  CHECK(normal(std::string(63, 'a') + ".test") != "(none)");
  std::string longest;
  for (int i = 0; i < 130; ++i) longest += "a.";
  CHECK(normal(longest) == "(none)");
  CHECK(normal("[::1]:8443") == "::1");
  CHECK(normal("[0:0:0:0:0:0:0:1]") == "::1");
  CHECK(normal("::1") == "::1");
  CHECK(normal("127.0.0.1:8443") == "127.0.0.1");
  CHECK(normal("xn--mtl-7za.test") == "xn--mtl-7za.test");
  CHECK(normal("a_b.test") == "a_b.test");
}

TEST_CASE("T12: one resolver: exact, then the wildcard of the parent, then the site of every other name") {
  Server server;
  auto wild = server.config("wild", ClientAuthMode::off, {});
  wild.hosts = {"*.Example.test"};
  auto exact = server.config("exact", ClientAuthMode::off, {});
  exact.hosts = {"A.example.test.", "example.test"};
  server.serve({wild, exact});
  CHECK(*served(server, "a.example.test") == "exact");
  CHECK(*served(server, "A.EXAMPLE.test.:443") == "exact");
  CHECK(*served(server, "b.example.test") == "wild");
  CHECK(*served(server, "example.test") == "exact");
  CHECK(served(server, "a.b.example.test") == nullptr);
  CHECK(served(server, "other.test") == nullptr);
  CHECK(served(server, "") == nullptr);
  CHECK(served(server, "b.example.test ") == nullptr);

  server.serve({wild, exact, server.config("", ClientAuthMode::off, {})});
  CHECK(*served(server, "a.b.example.test") == "any");
  CHECK(*served(server, "") == "any");
  CHECK(served(server, "a b") == nullptr);
  CHECK(*served(server, "b.example.test") == "wild");
}

TEST_CASE("T12: a name's normal form is its own normal form, and both find the same site") {
  Server server;
  auto wild = server.config("wild", ClientAuthMode::off, {});
  wild.hosts = {"*.b.a"};
  auto exact = server.config("exact", ClientAuthMode::off, {});
  exact.hosts = {"a.b.a", "b.a", "::1", "10.0.0.1"};
  server.serve({wild, exact});
  std::minstd_rand random(7);
  constexpr std::string_view pieces[] = {"a", "B",   "b.a",      ".",  ":",    "443", "[",
                                         "]", "::1", "10.0.0.1", "A.", "_",    "-",   " ",
                                         "%", "*",   "\xC3\xA4", ":1", "xn--a"};
  std::uniform_int_distribution<std::size_t> pick(0, std::size(pieces) - 1), count(1, 5);
  int names = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string host;
    for (std::size_t left = count(random); left > 0; --left) host += pieces[pick(random)];
    const auto name = normalise_host(host);
    CAPTURE(host);
    if (!name) {
      CHECK(server.sites->find(host) == nullptr);
      continue;
    }
    ++names;
    CHECK(normalise_host(*name) == *name);
    CHECK(server.sites->find(*name) == server.sites->find(host));
  }
  CHECK(names > 1000);
}

TEST_CASE("T10: two sites may not claim one name, nor every name") {
  Server server;
  auto one = server.config("a.test", ClientAuthMode::off, {});
  auto other = one;
  other.name = "other";
  other.hosts = {"A.test."};
  const SiteConfig twice[] = {one, other};
  CHECK(check_hosts(twice).error().message ==
        "sites 'a.test' and 'other' both have the host 'a.test'; name it in one of them");
  one.hosts.clear();
  other.hosts.clear();
  const SiteConfig both[] = {one, other};
  CHECK(check_hosts(both).error().message.contains("both have no hosts"));
  for (const char* junk : {"a b", "a.test:443", "*.*.test", "*", "a.*.test", ""}) {
    one.hosts = {junk};
    CAPTURE(junk);
    CHECK(refusal(one).contains("is no host name"));
  }
}

TEST_CASE("T14: a client CA that cannot be used is an error that names the file and the remedy") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  CertificateRequest old;
  old.subject = {{"CN", "Old CA"}};
  old.ca = true;
  old.not_before = 1'500'000'000;
  old.not_after = 1'600'000'000;
  const Identity expired = must(make_self_signed(old));
  const Folder& folder = server.folder;
  std::filesystem::create_directory(folder.file("folder"));
  const std::string broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const std::pair<std::string, std::string> cases[] = {
      {folder.file("missing.pem"), "cannot be read: No such file"},
      {folder.write("empty.pem", ""), "is empty"},
      {folder.file("folder"), "is a directory"},
      {folder.write("garbage.pem", "these are not the bytes you want"), "holds no PEM certificate"},
      {folder.write("broken.pem", broken), "cannot be used"},
      {folder.write("half.pem", ca.certificate_pem() + broken), "cannot be used"},
      {folder.write("key.pem", ca.key_pem()), "holds a private key"},
      {folder.write("leaf.pem", client.certificate_pem()), "CA:TRUE is missing"},
      {folder.write("expired.pem", expired.certificate_pem()), "expired on"},
  };
  for (const auto& [file, problem] : cases) {
    for (const ClientAuthMode mode : {ClientAuthMode::optional, ClientAuthMode::required}) {
      CAPTURE(file);
      auto config = server.config("a.test", mode, {&ca});
      config.client_ca.push_back(file);
      const std::string message = refusal(config);
      CHECK(message.contains("client_ca '" + file + "'"));
      CHECK(message.contains(problem));
      CHECK(message.contains("; "));
    }
  }
}

TEST_CASE("T14: mode required and lists need a client CA, and none ever means the system's") {
  Server server;
  auto config = server.config("a.test", ClientAuthMode::required, {});
  CHECK(refusal(config).contains("needs client_ca"));
  config.client_auth = ClientAuthMode::optional;
  config.client_crl = {"some.crl"};
  CHECK(refusal(config).contains("client_crl needs client_ca"));
  config.client_crl.clear();
  const auto site = must(Site::load(config, {}, {}));
  CHECK(site->client_cas().empty());
  CHECK(sk_X509_OBJECT_num(X509_STORE_get0_objects(site->anchors())) == 0);
}

TEST_CASE("site: certificate and key that cannot be used are errors that name the file") {
  Server server;
  const Identity other = make_server(server.server_ca, "b.test");
  const auto good = server.config("a.test", ClientAuthMode::off, {});
  auto config = good;
  config.tls_cert.clear();
  CHECK(refusal(config).contains("tls_cert is missing"));
  config = good;
  config.tls_key.clear();
  CHECK(refusal(config).contains("tls_key is missing"));
  config = good;
  config.tls_key = server.folder.write("other.key", other.key_pem());
  CHECK(refusal(config).contains("tls_key '" + config.tls_key + "' does not match tls_cert '" +
                                 config.tls_cert + "'"));
  config.tls_key = good.tls_cert;
  CHECK(refusal(config).contains("holds a certificate, not a private key"));
  config.tls_key = server.folder.write(
      "locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  CHECK(refusal(config).contains("passphrase"));
  config = good;
  config.tls_cert = good.tls_key;
  CHECK(refusal(config).contains("holds a private key, not a certificate"));
}

TEST_CASE("T01: what decides about trust changes the trust's id") {
  Server server;
  const Identity ca = make_ca("CA"), other = make_ca("CA");
  const auto config = server.config("a.test", ClientAuthMode::optional, {&ca});
  const auto id = [&](const SiteConfig& of, const Limits& limits = {}) {
    return must(Site::load(of, limits, {}))->trust_id();
  };
  const auto first = id(config);
  CHECK(id(config) == first);
  auto changed = config;
  changed.client_auth = ClientAuthMode::required;
  CHECK(id(changed) != first);
  changed = config;
  changed.client_ca = {server.folder.write("other.pem", other.certificate_pem())};
  CHECK(id(changed) != first);
  changed = config;
  changed.client_crl = {"some.crl"};
  CHECK(id(changed) != first);
  changed = config;
  changed.hosts.emplace_back("b.test");
  CHECK(id(changed) != first);
  changed = config;
  changed.script = "other.js";
  CHECK(id(changed) != first);
  changed = config;
  changed.anchors = TrustAnchors::any;
  CHECK(id(changed) != first);
  changed = config;
  changed.security_level = 3;
  CHECK(id(changed) != first);
  changed = config;
  changed.strict_chain = true;
  CHECK(id(changed) != first);
  changed = config;
  changed.certificate_policies = {"1.2.3"};
  CHECK(id(changed) != first);
  changed = config;
  changed.chain_depth = 7;
  CHECK(id(changed) != first);
  Limits deeper;
  deeper.chain_depth = 7;
  CHECK(id(config, deeper) != first);
}
