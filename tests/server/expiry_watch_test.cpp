// Certificates that expire soon: told once for each threshold, in the log and to a webhook, across restarts.
#include "runtime/server/expiry_watch.h"

#include <boost/json.hpp>

#include "runtime/server/alert_queue.h"
#include "runtime/server/list_sources.h"
#include "tests/server/server_process.h"
#include "tests/server/small_server.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

namespace json = boost::json;

namespace {

constexpr std::int64_t day = 24 * 60 * 60;

/// An http server that keeps what it is sent, and answers with one status.
class Receiver {
 public:
  [[nodiscard]] std::string url() const { return server_.url() + "/hooks/token?x=1"; }
  void answer(const std::string& status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  std::mutex mutex_;
  std::string status_ = "200 OK";
  std::vector<std::string> requests_;
  SmallServer server_{[this](const std::string& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return http_answer(status_);
  }};
};

json::object body_of(const std::string& request) {
  return json::parse(request.substr(request.find("\r\n\r\n") + 4)).as_object();
}

tls::Identity short_lived(const Pki& pki, const std::string& name, std::int64_t days_left) {
  const std::int64_t now = std::time(nullptr);
  return tls::issue(pki.ca, {.subject = {{"CN", name}},
                             .serial = Bytes{0x33},
                             .not_before = now - 100 * day,
                             .not_after = now + days_left * day + 3600})
      .value();
}

/// The pki's server certificate, with so many days to live.
Config expiring_config(const Pki& pki, std::int64_t days_left) {
  const std::int64_t now = std::time(nullptr);
  const tls::Identity server = tls::issue(pki.ca, {.subject = {{"CN", "old server"}},
                                                   .dns = {"pub.test", "mtls.test"},
                                                   .extended_key_usage = {"serverAuth"},
                                                   .not_before = now - 100 * day,
                                                   .not_after = now + days_left * day + 3600})
                                   .value();
  pki.write("server.pem", server.certificate_pem());
  pki.write("server.key", server.key_pem());
  Config config = server_config(pki, 1);
  return config;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++count;
  return count;
}

tls::DatedCertificate certificate(std::int64_t not_after) {
  return {.use = tls::CertificateUse::client,
          .site = "mtls",
          .file = "",
          .subject = "CN=a",
          .serial = "01",
          .sha256 = std::string(64, 'a'),
          .not_before = not_after - 365 * day,
          .not_after = not_after};
}

/// A watch without certificates of its own, and with a webhook.
struct Watched {
  explicit Watched(const Pki& pki, std::int64_t now) : watch(pki.file("state")) {
    log::configure({.format = LogFormat::text, .level = LogLevel::error, .access = false});
    Config config;
    config.expiry_webhook = "http://127.0.0.1/";
    watch.watch(config, now);
  }
  ExpiryWatch watch;
};

}  // namespace

TEST_CASE("expiry: a client is told once for each threshold, in a memory that survives restarts") {
  const Pki pki;
  constexpr std::int64_t end = 1'800'000'000;
  {
    Watched watched(pki, end - 40 * day);
    watched.watch.seen(certificate(end), end - 31 * day);
    CHECK(watched.watch.unsent(9).empty());
    watched.watch.seen(certificate(end), end - 30 * day);
    watched.watch.seen(certificate(end), end - 29 * day);
    CHECK(watched.watch.unsent(9).size() == 1);
    CHECK(watched.watch.unsent(0).empty());
  }
  Watched again(pki, end - 20 * day);
  const auto unsent = again.watch.unsent(9);
  REQUIRE(unsent.size() == 1);
  again.watch.sent(unsent[0].id);
  CHECK(again.watch.unsent(9).empty());
  again.watch.seen(certificate(end), end - 20 * day);
  CHECK(again.watch.unsent(9).empty());
  again.watch.seen(certificate(end), end - 14 * day);
  REQUIRE(again.watch.unsent(9).size() == 1);
  CHECK(again.watch.unsent(9)[0].id != unsent[0].id);
}

TEST_CASE("expiry: who is told of the last threshold first is not told of those before it") {
  const Pki pki;
  constexpr std::int64_t end = 1'800'000'000;
  Watched watched(pki, end - 10 * day);
  watched.watch.seen(certificate(end), end - 10 * day);
  // A clock that is set back (T63).
  watched.watch.seen(certificate(end), end - 20 * day);
  CHECK(watched.watch.unsent(9).size() == 1);
}

TEST_CASE("expiry: scripts are told what the log is told, as often, and each the name of its site") {
  const Pki pki;
  constexpr std::int64_t end = 1'800'000'000;
  Watched watched(pki, end - 40 * day);
  CHECK(watched.watch.take_notices().empty());
  watched.watch.seen(certificate(end), end - 13 * day);
  watched.watch.seen(certificate(end), end - 12 * day);
  const auto notices = watched.watch.take_notices();
  CHECK(watched.watch.take_notices().empty());
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].sites == std::vector<std::string>{"mtls"});
  const auto facts = json::parse(notices[0].facts_for("a \"site\"")).as_object();
  CHECK(facts.at("site") == "a \"site\"");
  CHECK(facts.at("kind") == "client");
  CHECK(facts.at("message") == "The certificate of a client expires in 13 days");
  CHECK(facts.at("daysLeft") == 13);
  CHECK(facts.at("notAfter") == end * 1000);
  CHECK(facts.at("fingerprintSHA256") == json::value(std::string(64, 'a')));
}

TEST_CASE("expiry: a notice on its way to a worker is read as it was written, and nonsense is not") {
  const ExpiryNotice notice{.sites = {"a, b", "\"c\"\n"}, .facts = R"({"kind":"client"})"};
  const auto read = ExpiryNotice::decode(notice.encoded());
  REQUIRE(read);
  CHECK(read->sites == notice.sites);
  CHECK(read->facts == notice.facts);
  for (const char* nonsense : {"", "{", "[]", "{}", R"({"sites":1,"facts":""})", R"({"sites":[],"facts":1})"})
    CHECK_FALSE(ExpiryNotice::decode(nonsense));
}

TEST_CASE("expiry: a certificate of many sites is told in notices of moderate size, each site once") {
  const Pki pki;
  log::configure({.format = LogFormat::text, .level = LogLevel::error, .access = false});
  Config config = expiring_config(pki, 5);
  const SiteConfig site = config.sites.at(0);
  config.sites.clear();
  for (int i = 0; i < 100; ++i) {
    config.sites.push_back(site);
    config.sites.back().name = "site " + std::to_string(i);
  }
  ExpiryWatch watch(pki.file("state"));
  watch.watch(config, std::time(nullptr));
  std::set<std::string> told;
  std::size_t names = 0;
  for (const ExpiryNotice& notice : watch.take_notices()) {
    CHECK(notice.sites.size() <= 64);
    names += notice.sites.size();
    told.insert(notice.sites.begin(), notice.sites.end());
  }
  CHECK(names == 100);
  CHECK(told.size() == 100);
}

TEST_CASE("expiry: the memory is bounded, and one that cannot be read is begun anew") {
  const Pki pki;
  constexpr std::int64_t end = 1'800'000'000;
  std::filesystem::create_directory(pki.file("state"));
  pki.write("state/expiry-memory", "nonsense\n");
  Watched watched(pki, end);
  tls::DatedCertificate client = certificate(end);
  for (int i = 0; i < 2100; ++i) {
    client.sha256 = std::to_string(i);
    client.not_after = end + i;
    watched.watch.seen(client, end - 10 * day);
  }
  CHECK(watched.watch.unsent(10'000).size() <= 4096);
  const auto memory = read_file(pki.file("state/expiry-memory"));
  REQUIRE(memory);
  CHECK(std::ranges::count(as_text(*memory), '\n') <= 4096);
}

TEST_CASE("expiry: the payload has the members of Cloudflare's, and fits into one write") {
  tls::DatedCertificate one = certificate(1'800'000'000);
  one.use = tls::CertificateUse::client_ca;
  const auto payload =
      json::parse(expiry_payload(one, "a.test, b.test", "an id", 1'800'000'000 - 14 * day)).as_object();
  std::vector<std::string> names;
  for (const auto& member : payload) names.emplace_back(member.key());
  CHECK(names == std::vector<std::string>{"name", "text", "data", "ts", "account_id", "policy_id",
                                          "policy_name", "alert_type", "alert_correlation_id",
                                          "alert_event"});
  CHECK(payload.at("alert_type") == "access_custom_certificate_expiration_type");
  CHECK(payload.at("alert_event") == "ALERT_STATE_EVENT_START");
  CHECK(payload.at("alert_correlation_id") == "an id");
  CHECK(payload.at("ts") == 1'800'000'000 - 14 * day);
  const auto& data = payload.at("data").as_object();
  CHECK(data.at("days_til_expiration") == 14);
  CHECK(data.at("hostnames") == "a.test, b.test");
  CHECK(data.at("zone_name") == "mtls");
  CHECK(data.at("certificate_id") == json::value(std::string(64, 'a')));
  one.subject = std::string(100'000, '\\');
  one.site = std::string(10'000, 's');
  const std::string longest = expiry_payload(one, std::string(10'000, 'h'), std::string(36, 'i'), 0);
  CHECK(longest.size() < 4000);
  CHECK_FALSE(longest.contains('\n'));
}

TEST_CASE("expiry: a secret that is no line of printable ASCII is refused with its file") {
  const Pki pki;
  Config config = pki.config({});
  config.expiry_webhook = "https://alerts.test/";
  config.expiry_secret = pki.file("secret");
  CHECK(load_webhook(config).error().message.contains("cannot be read"));
  for (const std::string& junk : {std::string(), std::string("\n"), std::string("a b"), std::string("a\nb\n"),
                                  std::string("a\0b", 3), std::string(5000, 'x')}) {
    pki.write("secret", junk);
    CAPTURE(junk);
    REQUIRE_FALSE(load_webhook(config));
    CHECK(load_webhook(config).error().message.contains(pki.file("secret") + " holds no secret"));
  }
  pki.write("secret", "hush\r\n");
  CHECK(load_webhook(config)->secret == "hush");
}

TEST_CASE("expiry: a server says at its start what expires soon, once, and not again after a restart") {
  const Pki pki;
  Config config = expiring_config(pki, 13);
  for (const int workers : {1, 0}) {
    config.workers = workers;
    config.state_dir = pki.file("state" + std::to_string(workers));
    std::filesystem::remove(pki.file("log"));
    {
      Server server(const_cast<Pki&>(pki), config);
      REQUIRE_MESSAGE(server.port() != 0, server.log());
      CHECK(server.logs("certificate.expiring"));
      CHECK(server.log().contains("The certificate of the server expires in 13 days"));
      CHECK(server.log().contains("CN=old server"));
      CHECK(server.log().contains("kind=server"));
      CHECK(server.log().contains("days=13"));
      CHECK(server.log().contains("pub, mtls"));
    }
    Server server(const_cast<Pki&>(pki), config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK(server.get().status == 200);
    CHECK(times(server.log(), "certificate.expiring") == 1);
  }
}

TEST_CASE("expiry: a reload tells what the new configuration has, and a client what it shows") {
  Pki pki;
  Server server(pki, server_config(pki, 1));
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  const tls::Identity client = short_lived(pki, "late client", 5), fresh = short_lived(pki, "fresh", 40);
  for (int visits = 0; visits < 3; ++visits) {
    CHECK(Client({.port = server.port(), .identity = &client}).get("mtls.test").status == 200);
    CHECK(Client({.port = server.port(), .identity = &fresh}).get("mtls.test").status == 200);
  }
  CHECK(server.logs("The certificate of a client expires in 5 days"));
  CHECK(server.log().contains("kind=client "));
  expiring_config(pki, 20);
  server.signal_server(SIGHUP);
  CHECK(server.logs("CN=old server"));
  CHECK(server.log().contains("days=20"));
  CHECK(times(server.log(), "certificate.expiring") == 2);
}

TEST_CASE("expiry: a webhook is told in Cloudflare's form, with the secret, and again until it takes it") {
  Pki pki;
  Receiver receiver;
  receiver.answer("500 Internal Server Error");
  pki.write("secret", "hush-hush\n");
  Config config = expiring_config(pki, 3);
  config.expiry_webhook = receiver.url();
  config.expiry_secret = pki.file("secret");
  {
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK(server.logs("an alert was not taken: it answers 500"));
    // Neither the secret nor the URL's path, which often is one.
    CHECK_FALSE(server.log().contains("hush"));
    CHECK_FALSE(server.log().contains("token"));
    CHECK(server.get().status == 200);
    receiver.answer("204 No Content");
    CHECK(eventually([&] { return receiver.requests().size() >= 2; }));
    CHECK(eventually([&] {
      const auto memory = read_file(pki.file("state/expiry-memory"));
      return memory && !as_text(*memory).contains("{");
    }));
    const std::string request = receiver.requests().back();
    CHECK(request.starts_with("POST /hooks/token?x=1 HTTP/1.1\r\n"));
    CHECK(request.contains("cf-webhook-auth: hush-hush\r\n"));
    CHECK(request.contains("Content-Type: application/json\r\n"));
    const auto body = body_of(request);
    CHECK(body.at("alert_type") == "custom_ssl_certificate_event_type");
    CHECK(body.at("data").at("days_til_expiration") == 3);
    CHECK(body.at("data").at("hostnames") == "pub.test, mtls.test");
    CHECK(body.at("alert_correlation_id") == body_of(receiver.requests().front()).at("alert_correlation_id"));
  }
  const std::size_t before = receiver.requests().size();
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(receiver.requests().size() == before);
}

TEST_CASE("expiry: what a webhook did not take before the end is sent by the next server") {
  Pki pki;
  Config config = expiring_config(pki, 3);
  {
    // Nobody listens there.
    config.expiry_webhook = "http://127.0.0.1:1/";
    Server server(pki, config);
    REQUIRE_MESSAGE(server.port() != 0, server.log());
    CHECK(server.logs("expiry.webhook"));
  }
  Receiver receiver;
  config.expiry_webhook = receiver.url();
  Server server(pki, config);
  REQUIRE_MESSAGE(server.port() != 0, server.log());
  CHECK(eventually([&] { return receiver.requests().size() == 1; }));
  CHECK_FALSE(receiver.requests().at(0).contains("cf-webhook-auth"));
}

TEST_CASE("expiry: a webhook needs a process of its own") {
  Pki pki;
  Config config = server_config(pki, 0);
  config.expiry_webhook = "http://127.0.0.1:1/";
  Server server(pki, config);
  CHECK(server.port() == 0);
  CHECK(server.log().contains(
      "expiry_webhook: alerts are sent by a process of their own; workers = 1 has one"));
}
