// A script answering requests inside a test.
#include "tests/support/test_worker.h"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>

#include "bindings/embedded.h"
#include "runtime/js/engine.h"
#include "runtime/tls/connector.h"
#include "runtime/tls/verify.h"

namespace edge::test {
namespace {

constexpr std::chrono::seconds patience{10};

Result<std::unique_ptr<bindings::Worker>> make_worker(boost::asio::io_context& io, TimerWheel& wheel,
                                                      const std::string& script,
                                                      const TestSettings& settings) {
  js::start_engine({});
  bindings::WorkerSettings made;
  made.site = settings.site;
  made.limits = settings.limits;
  made.kv_path = settings.kv_path;
  if (settings.snapshot) made.snapshot = bindings::snapshot();
  if (script.contains('\n')) {
    made.source = script;
    made.site.script = "/test/script.js";
  } else {
    made.site.script = script;
  }
  made.handler_of = settings.handler_of;
  if (settings.network) {
    auto connector = tls::Connector::load({.ca_files = made.site.origin_ca, .cert_file = {}, .key_file = {}});
    if (!connector) return std::unexpected(connector.error());
    made.client = std::make_unique<http::Client>(io, wheel, settings.limits, *connector);
    for (const MtlsCertificate& one : made.site.mtls_certificates) {
      auto with =
          tls::Connector::load({.ca_files = made.site.origin_ca, .cert_file = one.cert, .key_file = one.key});
      if (!with) return std::unexpected(with.error());
      made.certificates[one.binding] = std::make_unique<http::Client>(io, wheel, settings.limits, *with);
    }
  }
  return bindings::Worker::make(io, wheel, std::move(made));
}

http::Request request_of(TestRequest wanted) {
  http::Request request;
  request.method = std::move(wanted.method);
  const std::size_t host = wanted.url.find("://") + 3;
  const std::size_t target = wanted.url.find('/', host);
  request.scheme = wanted.url.substr(0, host - 3);
  request.authority = wanted.url.substr(host, target - host);
  request.target = target == std::string::npos ? "/" : wanted.url.substr(target);
  for (const auto& [name, value] : wanted.headers) request.headers.append(name, value);
  if (wanted.body) request.body = http::Body(std::move(*wanted.body));
  request.peer = std::move(wanted.peer);
  request.entrypoint = std::move(wanted.entrypoint);
  return request;
}

Task<> ask(server::Handler& handler, http::Request request,
           std::shared_ptr<std::optional<TestResponse>> answer) {
  http::Response response = co_await handler.fetch(std::move(request));
  TestResponse result{
      .status = response.status, .headers = std::move(response.headers), .body = {}, .body_failure = {}};
  if (!response.body.is_null()) {
    constexpr std::size_t bytes_max = 64 * 1024 * 1024;
    auto body = co_await response.body.collect(bytes_max);
    if (body)
      result.body = std::move(*body);
    else
      result.body_failure = body.error().message;
  }
  *answer = std::move(result);
}

}  // namespace

TestWorker::TestWorker(const std::string& script, TestSettings settings) : settings_(std::move(settings)) {
  auto worker = make_worker(io_, wheel_, script, settings_);
  if (!worker) FAIL(worker.error().message);
  worker_ = std::move(*worker);
}

TestWorker::~TestWorker() = default;

std::string TestWorker::load_failure(const std::string& script, TestSettings settings) {
  boost::asio::io_context io{1};
  TimerWheel wheel(io);
  auto worker = make_worker(io, wheel, script, settings);
  return worker ? "" : worker.error().message;
}

std::shared_ptr<std::optional<TestResponse>> TestWorker::start(TestRequest request) {
  auto answer = std::make_shared<std::optional<TestResponse>>();
  boost::asio::co_spawn(io_, ask(*worker_, request_of(std::move(request)), answer),
                        [](std::exception_ptr error) {
                          if (error) std::rethrow_exception(error);
                        });
  return answer;
}

TestResponse TestWorker::fetch(TestRequest request) {
  auto answer = start(std::move(request));
  REQUIRE_MESSAGE(run_until([&] { return answer->has_value(); }), "the request was not answered in time");
  return std::move(**answer);
}

bool TestWorker::run_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    io_.restart();
    io_.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

void TestWorker::run_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  run_until([&] { return std::chrono::steady_clock::now() >= end; });
}

std::shared_ptr<const tls::Peer> make_peer(const tls::Identity& ca, const tls::Identity* client,
                                           tls::Verdict verdict) {
  tls::Peer peer;
  peer.id = tls::next_peer_id();
  peer.connection.tls_version = "TLSv1.3";
  peer.connection.tls_cipher = "AEAD-AES128-GCM-SHA256";
  peer.connection.sni = "example.com";
  peer.connection.client_address = "127.0.0.1";
  if (!client) return std::make_shared<const tls::Peer>(std::move(peer));
  std::vector<tls::X509Ptr> cas;
  cas.push_back(*tls::certificate_from_der(ca.certificate_der()));
  auto anchors = tls::make_anchor_store(cas);
  REQUIRE(anchors);
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
  constexpr int depth = 4;
  auto chain = tls::verify_client_chain(anchors->get(), client->certificate.get(), {}, depth, now);
  peer.client = Shared<tls::ClientFacts>(
      {.auth = tls::client_auth_of(client->certificate.get(), {},
                                   {.code = chain.code, .issuer = chain.issuer.get()}),
       .leaf_der = client->certificate_der(),
       .keys = std::move(chain.keys)});
  return tls::with_verdict(peer, std::move(verdict));
}

}  // namespace edge::test
