// The questions to responders, without a server around them: who is asked, what is kept, what workers read of
// it.
#include "runtime/server/ocsp_queue.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "runtime/server/revocation_feed.h"
#include "runtime/tls/certs.h"
#include "tests/server/ocsp_responder.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;
using State = tls::Verdict::State;

namespace {

struct Asking {
  std::string folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-ocsp-XXXXXX").string();
    return std::string(mkdtemp(name.data()));
  }();
  tls::Identity root =
      tls::make_self_signed({.subject = {{"CN", "root"}}, .extended_key_usage = {}, .ca = true}).value();
  tls::Identity client = tls::issue(root, {.subject = {{"CN", "client"}}}).value();
  tls::Identity own = tls::issue(root, {.extended_key_usage = {"serverAuth"}}).value();
  Config config;
  Instance instance{folder + "/state"};
  std::unique_ptr<Generation> generation;

  Asking(const std::string& responder, bool is_private) {
    std::filesystem::create_directory(folder + "/state");
    SiteConfig site;
    site.tls_cert = file("own.pem", own.certificate_pem());
    site.tls_key = file("own.key", own.key_pem());
    site.client_ca = {file("root.pem", root.certificate_pem())};
    site.ocsp_responder = responder;
    config.sites = {site};
    config.state_dir = folder + "/state";
    config.crl_private = is_private;
    config.limits.ocsp_timeout = std::chrono::seconds(1);
    load();
  }
  ~Asking() { std::filesystem::remove_all(folder); }
  void load() { generation = Generation::load(config, instance).value(); }
  [[nodiscard]] std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(folder + "/" + name) << content;
    return folder + "/" + name;
  }
  [[nodiscard]] OcspWish wish() const { return {.site = 0, .chain = {client.certificate_der()}}; }
  /// What a worker says of the client.
  [[nodiscard]] tls::Verdict verdict() const {
    const auto feed = RevocationFeed::open(generation->revocations()).value();
    const auto key =
        tls::revocation_key_of(client.certificate.get(), root.certificate.get(), root.certificate.get());
    return feed->current()->judge({&key, 1}, generation->sites().front()->list_policy(), std::time(nullptr));
  }
};

/// Everything that is due now.
bool work_off(OcspQueue& queue) {
  bool published = false;
  for (int i = 0; i < 50 && queue.due(); ++i) {
    if (*queue.due() > OcspQueue::Clock::now() + std::chrono::seconds(1)) break;
    std::this_thread::sleep_until(*queue.due());
    published = queue.work() || published;
  }
  return published;
}

}  // namespace

TEST_CASE("T60: a queue asks nobody about a chain that does not verify, or of no site") {
  Asking asking("http://127.0.0.1:1", true);
  OcspQueue queue(*asking.generation);
  const auto stranger = tls::make_self_signed({.subject = {{"CN", "stranger"}}}).value();
  queue.want({.site = 0, .chain = {stranger.certificate_der()}});
  queue.want({.site = 0, .chain = {{1, 2, 3}}});
  queue.want({.site = 7, .chain = {asking.client.certificate_der()}});
  queue.want({});
  CHECK_FALSE(queue.due());
}

TEST_CASE("T60: an address that is not public, a redirect and an oversized answer are no answers") {
  for (const bool is_private : {false, true}) {
    std::optional<Asking> asking;
    Responder responder([&](BytesView request) {
      return http_answer("200 OK", std::string(70'000, 'x') + std::string(as_text(request)));
    });
    asking.emplace(responder.url(), is_private);
    OcspQueue queue(*asking->generation);
    queue.want(asking->wish());
    CHECK_FALSE(work_off(queue));
    CHECK(responder.requests() == (is_private ? 1 : 0));
    CHECK(asking->verdict().state == State::unknown);
    CHECK(asking->verdict().why == tls::Verdict::Why::missing);
  }
  Responder responder(
      [](BytesView) { return http_answer("302 Found\r\nLocation: http://169.254.169.254/", ""); });
  Asking asking(responder.url(), true);
  OcspQueue queue(*asking.generation);
  queue.want(asking.wish());
  CHECK_FALSE(work_off(queue));
  CHECK(asking.verdict().state == State::unknown);
}

TEST_CASE("T50: what a stranger signed is not kept") {
  const auto stranger =
      tls::make_self_signed({.subject = {{"CN", "root"}}, .extended_key_usage = {}, .ca = true}).value();
  Responder responder(says(stranger, {.status = V_OCSP_CERTSTATUS_REVOKED}));
  Asking asking(responder.url(), true);
  OcspQueue queue(*asking.generation);
  queue.want(asking.wish());
  CHECK_FALSE(work_off(queue));
  CHECK(responder.requests() == 1);
  CHECK(asking.verdict().state == State::unknown);
  // It waits, however often the client comes back (T61).
  for (int i = 0; i < 10; ++i) queue.want(asking.wish());
  CHECK(*queue.due() > OcspQueue::Clock::now() + std::chrono::seconds(3));
}

TEST_CASE("ocsp: an answer is kept, read by workers, and there after a restart") {
  std::optional<Asking> asking;
  Responder responder([](BytesView) { return std::string(); });
  asking.emplace(responder.url(), true);
  responder.set(says(asking->root, {.status = V_OCSP_CERTSTATUS_REVOKED, .reason = 4}));
  OcspQueue queue(*asking->generation);
  CHECK(asking->verdict().state == State::unknown);
  queue.want(asking->wish());
  CHECK(work_off(queue));
  CHECK(asking->verdict().state == State::revoked);
  CHECK(asking->verdict().reason == 4);
  CHECK(asking->verdict().list == "ocsp:" + responder.url());
  asking->load();
  CHECK(asking->verdict().state == State::revoked);
  // It is asked again in good time, and lifted by a newer answer.
  OcspQueue after(*asking->generation);
  after.want(asking->wish());
  CHECK(*after.due() > OcspQueue::Clock::now() + std::chrono::seconds(20));
}

TEST_CASE("ocsp: grace for what is missing begins with the server, whether or not it has lists") {
  Asking asking("http://127.0.0.1:1", true);
  asking.config.sites[0].crl_missing = {.kind = Tolerance::Kind::grace, .grace = std::chrono::minutes(10)};
  asking.load();
  CHECK(asking.verdict().state == State::unknown);
  CHECK(asking.verdict().admits());
}
