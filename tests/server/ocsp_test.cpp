// How what an OCSP responder says reaches running servers, and what it is not asked.
#include "tests/server/server_process.h"

#include "runtime/server/list_sources.h"
#include "runtime/server/ocsp_queue.h"
#include "runtime/server/ocsp_wishes.h"
#include "tests/server/ocsp_responder.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;
using tls::pki::Says;

namespace {

const Says good{}, revoked{.status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1};

Config asking_config(const Pki& pki, const std::string& url) {
  SiteConfig site = pki.mtls_site("mtls", {"mtls.test"});
  site.client_crl.clear();
  site.ocsp_responder = url;
  Config config = pki.config({pki.site("pub", {"pub.test"}), site});
  config.workers = 1;
  config.crl_private = true;
  return config;
}

}  // namespace

TEST_CASE("ocsp: what a responder must not be believed revokes and vouches for nobody") {
  Pki pki;
  Responder responder(says(pki.foreign_ca, revoked));
  Config config = asking_config(pki, responder.url());
  config.sites[1].client_auth = ClientAuthMode::required;
  const auto refuses = [&](const Responder::Reply& reply, const std::string& why) {
    responder.set(reply);
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK_FALSE(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked"));
    CHECK_MESSAGE(server.logs(why), server.log());
    CHECK_FALSE(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked"));
    CHECK_FALSE(std::filesystem::exists(pki.file("state") + "/ocsp-answers"));
    std::filesystem::remove(pki.file("log"));
  };
  refuses(says(pki.foreign_ca, good), "its signer is not the certificate's issuer");
  refuses([](BytesView) { return http_answer("200 OK", "<title>Log in</title>"); },
          "this is no OCSP response");
  refuses([](BytesView) { return http_answer("500 Oh", ""); }, "it answers 500");
  refuses([](BytesView) { return http_answer("200 OK", std::string(80'000, '0')); }, "ocsp.failed");
  refuses([](BytesView) { return http_answer("302 Found\r\nLocation: http://169.254.169.254/latest", ""); },
          "it answers 302, a redirect, which is not followed");
}

TEST_CASE("T60: a responder at an address that is not public is not asked") {
  Pki pki;
  Responder responder(says(pki.ca, good));
  Config config = asking_config(pki, responder.url());
  config.crl_private = false;
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=0"));
  CHECK(server.logs("127.0.0.1, which is no public address"));
  CHECK(responder.requests() == 0);
}

TEST_CASE("T60: nobody is asked about clients that did not verify, nor at hosts that are not allowed") {
  Pki pki;
  const std::string named = "http://elsewhere.test/ocsp";
  // AuthorityInfoAccess with one URL, for id-ad-ocsp.
  Bytes access{0x30, 0, 0x30, 0, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x86, 0};
  access.insert(access.end(), named.begin(), named.end());
  access[15] = static_cast<std::uint8_t>(named.size());
  access[3] = static_cast<std::uint8_t>(access.size() - 4);
  access[1] = static_cast<std::uint8_t>(access.size() - 2);
  const tls::Identity client = tls::issue(pki.ca, {.extensions = {{"1.3.6.1.5.5.7.1.1", access}}}).value();
  SiteConfig site;
  CHECK(responder_of(site, client.certificate.get()).empty());
  site.ocsp_hosts = {"ocsp.test", "test"};
  CHECK(responder_of(site, client.certificate.get()).empty());
  site.ocsp_responder = "http://ocsp.test";
  CHECK(responder_of(site, client.certificate.get()) == "http://ocsp.test");
  site.ocsp_hosts = {"elsewhere.test"};
  CHECK(responder_of(site, client.certificate.get()) == named);
  CHECK(responder_of(site, pki.good.certificate.get()) == "http://ocsp.test");

  Responder responder(says(pki.ca, good));
  Server server(pki, asking_config(pki, responder.url()));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(Client({.port = server.port(), .identity = &pki.foreign}).get("mtls.test").says("revoked=0"));
  CHECK(Client({.port = server.port()}).get("mtls.test").says("revoked=0"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(responder.requests() == 0);
}

TEST_CASE("ocsp: a revocation reaches the live connection, and after a restart without the responder") {
  Pki pki;
  Config config;
  {
    Responder responder(says(pki.ca, revoked));
    config = asking_config(pki, responder.url());
    config.workers = 2;
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    Client client({.port = server.port(), .identity = &pki.good});
    CHECK(eventually([&] { return client.get("mtls.test").says("revoked=1"); }));
    CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
    CHECK(server.logs("the responder says revoked"));
    CHECK(responder.requests() == 1);
  }
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
  CHECK(Client({.port = server.port(), .identity = &pki.other}).get("mtls.test").says("revoked=0"));
}

TEST_CASE("ocsp: mode required lets a client in from its second handshake on, once its responder told") {
  Pki pki;
  Responder responder(says(pki.ca, good));
  Config config = asking_config(pki, responder.url());
  config.sites[1].client_auth = ClientAuthMode::required;
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK_FALSE(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=0"));
  CHECK(eventually([&] {
    return Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=0");
  }));
}

TEST_CASE("T61: no client can have a responder asked again and again") {
  Pki pki;
  Responder responder(says(pki.ca, good));
  Server server(pki, asking_config(pki, responder.url()));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  for (int i = 0; i < 5; ++i)
    CHECK(Client({.port = server.port(), .identity = &pki.good})
              .get("mtls.test", "/", "Cache-Control: no-cache\r\n")
              .says("revoked=0"));
  CHECK(eventually([&] { return responder.requests() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(responder.requests() == 1);
}

TEST_CASE("ocsp: a damaged file of answers stops the start, for it could hold revocations") {
  Pki pki;
  std::filesystem::create_directory(pki.file("state"));
  REQUIRE(replace_file(pki.file("state") + "/ocsp-answers", as_bytes("nonsense\n")));
  Server server(pki, asking_config(pki, "http://127.0.0.1:1"));
  CHECK(server.port() == 0);
  CHECK(server.log().contains("line 1 is no OCSP answer"));
}

TEST_CASE("ocsp: one process cannot ask, and says so") {
  Pki pki;
  Config config = asking_config(pki, "http://127.0.0.1:1");
  config.workers = 0;
  Server server(pki, config);
  CHECK(server.port() == 0);
  CHECK(server.log().contains("workers = 1 has one"));
}

TEST_CASE("ocsp: wishes arrive whole, and those that find no room are told as lost") {
  const OcspChannel channel;
  CHECK_FALSE(channel.receive());
  CHECK_FALSE(channel.send({.site = 1, .chain = {Bytes(70'000)}}));
  REQUIRE(channel.send({.site = 3, .chain = {{1, 2}, {}, {3}}}));
  const auto wish = channel.receive();
  REQUIRE(wish);
  CHECK(wish->site == 3);
  CHECK(wish->chain == std::vector<Bytes>{{1, 2}, {}, {3}});
  int sent = 0;
  while (sent < 10'000 && channel.send({.site = 0, .chain = {Bytes(1000)}})) ++sent;
  CHECK(sent > 10);
  CHECK(sent < 10'000);
}
