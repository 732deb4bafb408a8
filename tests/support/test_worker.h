// A script behind a Worker, asked without a network: for tests of bindings and of the scripts that ship.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/worker.h"
#include "runtime/tls/certs.h"

namespace edge::test {

struct TestRequest {
  std::string method = "GET";
  std::string url = "https://example.com/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<std::string> body = {};
  std::shared_ptr<const tls::Peer> peer = {};
  std::string entrypoint = {};
};

struct TestResponse {
  int status = 0;
  http::HeaderList headers;
  std::string body;  ///< "" when reading it failed
  std::string body_failure;
  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or(""));
  }
};

/// The defaults, with more CPU time than a script that comes to an end takes anywhere: under sanitizers, or
/// on a machine that others use too.
inline Limits ample_limits() {
  Limits limits;
  limits.startup_cpu = limits.request_cpu = std::chrono::seconds(10);
  return limits;
}

/// What beside the script a TestWorker is made of; change what a test is about.
struct TestSettings {
  SiteConfig site;
  Limits limits = ample_limits();
  bool network = false;  ///< fetch() works, over loopback
  std::string kv_path;
  bool snapshot = true;
  std::function<server::Handler*(std::string_view site)> handler_of = {};
};

/// Its io_context runs only inside fetch(), run_until() and run_for(), each bounded in time.
class TestWorker {
 public:
  /// `script` is the path of a file, or, with a line break in it, a module's text. Fails the test
  /// when it cannot be loaded.
  explicit TestWorker(const std::string& script, TestSettings settings = {});
  ~TestWorker();
  /// Why the script cannot be loaded; "" when it can.
  static std::string load_failure(const std::string& script, TestSettings settings = {});

  TestResponse fetch(TestRequest request = {});
  /// Starts a request; its answer is set later, by run_until() and its like.
  std::shared_ptr<std::optional<TestResponse>> start(TestRequest request);
  /// False when ten seconds passed first.
  bool run_until(const std::function<bool()>& condition);
  void run_for(std::chrono::milliseconds time);

  bindings::Worker& worker() { return *worker_; }
  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  TimerWheel wheel_{io_};
  const TestSettings settings_;
  std::unique_ptr<bindings::Worker> worker_;
};

/// The facts of a client as a handshake finds them: its certificate verified against `ca`, the verdict as
/// given. Without a client: the facts of one that sent no certificate.
std::shared_ptr<const tls::Peer> make_peer(const tls::Identity& ca, const tls::Identity* client,
                                           tls::Verdict verdict = {.state = tls::Verdict::State::good});

}  // namespace edge::test
