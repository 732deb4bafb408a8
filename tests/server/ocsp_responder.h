// An OCSP responder over http on a port of its own, for tests of what asks one.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "tests/server/small_server.h"
#include "tests/tls/responder.h"

namespace edge::server::testing {

/// A responder over http.
class Responder {
 public:
  using Reply = std::function<std::string(BytesView request)>;
  explicit Responder(Reply reply) : reply_(std::move(reply)) {}
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int requests() const { return requests_; }
  void set(Reply reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }

 private:
  std::mutex mutex_;
  Reply reply_;
  std::atomic<int> requests_ = 0;
  SmallServer server_{[this](const std::string& request) {
    ++requests_;
    const std::lock_guard lock(mutex_);
    return reply_(as_bytes(std::string_view(request).substr(request.find("\r\n\r\n") + 4)));
  }};
};

inline Responder::Reply says(const tls::Identity& signer, const tls::pki::Says& what) {
  return [&signer, what](BytesView request) {
    return http_answer("200 OK\r\nContent-Type: application/ocsp-response",
                       std::string(as_text(tls::pki::respond(request, signer, what))));
  };
}

}  // namespace edge::server::testing
