// One request that a script answers: from the visit that starts it to the end of its event.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/body.h"
#include "bindings/gate.h"
#include "bindings/outlet.h"
#include "bindings/sink.h"
#include "bindings/turnstile.h"
#include "runtime/base/deadline.h"
#include "runtime/http/message.h"
#include "runtime/js/realm.h"
#include "runtime/server/error_page.h"

namespace edge::bindings {

class Host;

class Exchange {
 public:
  explicit Exchange(Host& host);
  void begin(js::EventId event, http::Request&& request);
  void end();

  // What natives see and do.
  [[nodiscard]] js::EventId event() const { return event_; }
  [[nodiscard]] const http::Request& request() const { return *request_; }
  [[nodiscard]] const std::shared_ptr<const tls::Peer>& peer() const { return request_->peer; }
  /// Once; null for a request without a body, and from then on.
  std::unique_ptr<BodyHandle> take_body();
  /// The first answer counts.
  void answer(http::Response&& response);
  void fail(server::Failure failure);
  /// Everything that the handler started has ended; what hold() was called for may go on.
  void done();
  void hold() { ++holds_; }
  void release();
  void limit_reached();
  void pass_through_on_exception() { pass_through_ = true; }
  /// Counts a fetch(); false for one too many.
  [[nodiscard]] bool may_fetch();
  /// Where its fetch() calls wait for each other.
  [[nodiscard]] std::shared_ptr<Turnstile> fetch_turnstile();
  /// Counts an operation of KV or the Cache API; false for one too many.
  [[nodiscard]] bool may_call_store();
  /// Something of the script's that the event's end cuts off.
  void add_outlet(std::weak_ptr<Outlet> outlet);

  // What the Worker does.
  [[nodiscard]] bool is_answered() const { return response_ || failure_; }
  /// Waits for an answer; that there was none in time is one too.
  Task<> answered(std::chrono::milliseconds at_most);
  [[nodiscard]] bool has_failed() const { return failure_.has_value(); }
  /// True when the exception is to be answered by the origin: it gets the request as it came.
  [[nodiscard]] bool passes_through() const;
  http::Request take_request() { return std::move(*request_); }
  /// The answer. What is left of the event has wait_until_timeout; true when nothing is left and end() may
  /// follow.
  http::Response take_answer();
  [[nodiscard]] bool is_over() const { return over_; }
  void linger();

 private:
  void expired();
  void end_soon();
  [[nodiscard]] bool has_open_outlet();

  Host& host_;
  js::EventId event_ = js::no_event;
  std::optional<http::Request> request_;  ///< from begin() to end()
  std::optional<http::Response> response_;
  std::optional<server::Failure> failure_;
  std::vector<std::weak_ptr<Outlet>> outlets_;
  std::shared_ptr<Turnstile> fetch_turnstile_;  ///< made for the first fetch()
  std::size_t fetches_ = 0, store_calls_ = 0, holds_ = 0;
  bool done_ = false, over_ = false, taken_ = false, pass_through_ = false, body_taken_ = false;
  Gate gate_;
  Deadline deadline_;
};

}  // namespace edge::bindings
