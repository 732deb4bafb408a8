// How a revocation reaches running servers: the deny-list, lists by URL, and connections that are closed.
#include "tests/server/server_process.h"

#include "runtime/server/list_memory.h"
#include "runtime/server/list_sources.h"
#include "runtime/server/list_url.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/deny_list.h"
#include "tests/server/small_server.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

namespace {

/// An http server that gives one answer to everybody.
class ListServer {
 public:
  [[nodiscard]] std::string url() const { return server_.url() + "/ca.crl"; }
  void answer(const std::string& head, const std::string& body) {
    const std::lock_guard lock(mutex_);
    answer_ = http_answer(head, body);
  }
  void give(BytesView list) { answer("200 OK\r\nETag: \"1\"", std::string(as_text(list))); }
  [[nodiscard]] int requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::string last_request() {
    const std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  std::mutex mutex_;
  int requests_ = 0;
  std::string answer_ = http_answer("404 Not Found"), request_;
  SmallServer server_{[this](const std::string& request) {
    const std::lock_guard lock(mutex_);
    ++requests_;
    request_ = request;
    return answer_;
  }};
};

Bytes list_of(Pki& pki, const std::vector<Bytes>& serials) {
  return tls::make_crl(pki.ca, {.serials = serials, .number = ++pki.lists_made}).value();
}

Config config_with(const Pki& pki, const std::function<void(SiteConfig&)>& change) {
  SiteConfig site = pki.mtls_site("mtls", {"mtls.test"});
  change(site);
  Config config = pki.config({pki.site("pub", {"pub.test"}), site});
  config.workers = 1;
  return config;
}

void deny(const Pki& pki, const tls::Identity& client) {
  tls::DenyList list;
  const auto digest = tls::sha256(client.certificate_der());
  list.add({.by = tls::Denial::By::sha256, .value = Bytes(digest.begin(), digest.end()), .note = "lost"});
  REQUIRE(replace_file(pki.file("state") + "/denied", as_bytes(list.text())));
}

/// A cRLDistributionPoints with one URL.
Bytes point_at(const std::string& url) {
  const auto wrapped = [](std::uint8_t tag, Bytes content) {
    content.insert(content.begin(), {tag, static_cast<std::uint8_t>(content.size())});
    return content;
  };
  Bytes der(url.begin(), url.end());
  for (const std::uint8_t tag : {0x86, 0xa0, 0xa0, 0x30, 0x30}) der = wrapped(tag, std::move(der));
  return der;
}

}  // namespace

TEST_CASE("a client that is denied is revoked on its live connection within a second, and nobody else is") {
  Pki pki;
  Server server(pki, server_config(pki, 2));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client denied({.port = server.port(), .identity = &pki.good}),
      other({.port = server.port(), .identity = &pki.other});
  CHECK(denied.get("mtls.test").says("revoked=0"));
  CHECK(other.get("mtls.test").says("revoked=0"));
  deny(pki, pki.good);
  CHECK(eventually([&] { return denied.get("mtls.test").says("revoked=1"); }));
  CHECK(other.get("mtls.test").says("revoked=0"));
  CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
  // A list that cannot be read keeps what is in force.
  REQUIRE(replace_file(pki.file("state") + "/denied", as_bytes("nonsense\n")));
  CHECK(server.logs("deny.failed"));
  CHECK(denied.get("mtls.test").says("revoked=1"));
  REQUIRE(replace_file(pki.file("state") + "/denied", {}));
  CHECK(eventually([&] { return denied.get("mtls.test").says("revoked=0"); }));
}

TEST_CASE("the deny-list is in force from the start, in one process too, and a bad one stops the start") {
  Pki pki;
  std::filesystem::create_directory(pki.file("state"));
  deny(pki, pki.good);
  for (const int workers : {0, 1}) {
    Server server(pki, server_config(pki, workers));
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
  }
  REQUIRE(replace_file(pki.file("state") + "/denied", as_bytes("nonsense\n")));
  Server server(pki, server_config(pki, 1));
  CHECK(server.port() == 0);
  CHECK(server.log().contains("line 1 is no denial"));
}

TEST_CASE("on_revoke = close ends the connections of the revoked client, idle or not, and no other") {
  Pki pki;
  Server server(pki, config_with(pki, [](SiteConfig& site) { site.on_revoke = OnRevoke::close; }));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client idle({.port = server.port(), .identity = &pki.good}),
      busy({.port = server.port(), .identity = &pki.good}),
      other({.port = server.port(), .identity = &pki.other});
  CHECK(idle.get("mtls.test").says("revoked=0"));
  CHECK(other.get("mtls.test").says("revoked=0"));
  busy.send("GET /hang HTTP/1.1\r\nHost: mtls.test\r\n\r\n");
  pki.revoke({{0x11}});
  server.signal_server(SIGHUP);
  CHECK(idle.is_closed_by_server());
  CHECK(busy.is_closed_by_server());
  CHECK(other.get("mtls.test").says("revoked=0"));
}

TEST_CASE("T60: a list is not fetched from an address that is not public") {
  Pki pki;
  ListServer lists;
  lists.give(list_of(pki, {{0x11}}));
  Server server(pki, config_with(pki, [&](SiteConfig& site) { site.client_crl = {lists.url()}; }));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(server.logs("127.0.0.1, which is no public address"));
  CHECK(lists.last_request().empty());
}

TEST_CASE("T59: a login page, another CA's list and an error are not taken for the list") {
  Pki pki;
  ListServer lists;
  Config config = config_with(pki, [&](SiteConfig& site) { site.client_crl = {lists.url()}; });
  config.crl_private = true;
  const auto refuses = [&](const std::string& why) {
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK(server.logs(why));
    std::filesystem::remove(pki.file("log"));
  };
  refuses("it answers 404");
  lists.answer("200 OK", "<!doctype html><title>Log in</title>");
  refuses("there is no revocation list in it");
  lists.give(tls::make_crl(pki.foreign_ca, {}).value());
  refuses("none of the configured client CAs");
  lists.answer("302 Found\r\nLocation: http://169.254.169.254/latest", "");
  refuses("it redirects to another server, 169.254.169.254");
  lists.answer("200 OK\r\nContent-Encoding: gzip", "x");
  refuses("encoded as gzip");
}

TEST_CASE("a list by URL is in force once it is fetched, and after a restart without its server") {
  Pki pki;
  Config config;
  {
    ListServer lists;
    lists.give(list_of(pki, {{0x11}}));
    config = config_with(pki, [&](SiteConfig& site) { site.client_crl = {lists.url()}; });
    config.crl_private = true;
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    Client client({.port = server.port(), .identity = &pki.good});
    CHECK(eventually([&] { return client.get("mtls.test").says("revoked=1"); }));
    const auto cached = read_cached(pki.file("state"), lists.url());
    REQUIRE(cached);
    CHECK(cached->etag == "\"1\"");
  }
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(Client({.port = server.port(), .identity = &pki.good}).get("mtls.test").says("revoked=1"));
}

TEST_CASE("what is known is asked for with its ETag") {
  Pki pki;
  ListServer lists;
  const Bytes list = list_of(pki, {});
  Config config = config_with(pki, [&](SiteConfig& site) { site.client_crl = {lists.url()}; });
  config.crl_private = true;
  std::filesystem::create_directory(pki.file("state"));
  REQUIRE(write_cached(pki.file("state"),
                       {.url = lists.url(), .etag = "\"7\"", .last_modified = "", .list = list}));
  lists.answer("304 Not Modified", "");
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(eventually([&] { return lists.last_request().contains("If-None-Match: \"7\""); }));
  CHECK_FALSE(server.log().contains("crl.fetch_failed"));
}

TEST_CASE("T60: a verified client's distribution point is fetched from hosts of crl_hosts only") {
  Pki pki;
  ListServer lists;
  lists.give(list_of(pki, {{0x44}}));
  const tls::Identity client =
      tls::issue(pki.ca, {.serial = Bytes{0x44}, .extensions = {{"2.5.29.31", point_at(lists.url())}}})
          .value();
  Config config = config_with(pki, [&](SiteConfig& site) {
    site.client_crl.clear();
    site.crl_hosts = {"crl.example"};
  });
  config.crl_private = true;
  {
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK(Client({.port = server.port(), .identity = &client}).get("mtls.test").says("revoked=0"));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK(lists.last_request().empty());
  }
  config.sites[1].crl_hosts = {"127.0.0.1"};
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client visitor({.port = server.port(), .identity = &client});
  CHECK(eventually([&] { return visitor.get("mtls.test").says("revoked=1"); }));
}

TEST_CASE("T61: no client can have a list fetched again") {
  Pki pki;
  ListServer lists;
  lists.give(list_of(pki, {{0x11}}));
  Config config = config_with(pki, [&](SiteConfig& site) { site.client_crl = {lists.url()}; });
  config.crl_private = true;
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  Client client({.port = server.port(), .identity = &pki.good});
  CHECK(eventually([&] { return client.get("mtls.test").says("revoked=1"); }));
  CHECK(lists.requests() == 1);
  for (const char* header :
       {"force-crl-refresh: 1\r\n", "Cache-Control: no-cache\r\n", "Pragma: no-cache\r\n"})
    CHECK(client.get("mtls.test", "/", header).says("revoked=1"));
  CHECK(Client({.port = server.port(), .identity = &pki.other})
            .get("mtls.test", "/", "force-crl-refresh: 1\r\n")
            .says("revoked=0"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(lists.requests() == 1);
}

TEST_CASE("T57: an older list than was ever in force is refused after a restart too") {
  Pki pki;
  const auto first = tls::make_crl(pki.ca, {.serials = {{0x11}}, .number = 7}).value(),
             older = tls::make_crl(pki.ca, {.number = 6}).value();
  pki.write("ca.crl", std::string(as_text(first)));
  {
    Server server(pki, server_config(pki, 1));
    REQUIRE_MESSAGE(server.port() != 0, server.log());
  }
  pki.write("ca.crl", std::string(as_text(older)));
  Server server(pki, server_config(pki, 1));
  CHECK(server.port() == 0);
  CHECK(
      server.log().contains("its CRLNumber 0x06 is older than 0x07, which was in force; to go back, remove"));
}

TEST_CASE("a folder's lists count, all of them") {
  Pki pki;
  std::filesystem::create_directory(pki.file("lists"));
  pki.write("lists/one.crl", tls::pem_of_crl(list_of(pki, {{0x11}})));
  pki.write("lists/two.der", std::string(as_text(list_of(pki, {{0x22}}))));
  pki.write("lists/readme.txt", "no list");
  Server server(pki, config_with(pki, [&](SiteConfig& site) { site.client_crl = {pki.file("lists")}; }));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  for (const tls::Identity* client : {&pki.good, &pki.other})
    CHECK(Client({.port = server.port(), .identity = client}).get("mtls.test").says("revoked=1"));
}
