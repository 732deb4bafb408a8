// HTTP/1.1 on the server's side of one connection (RFC 9112): reads requests, writes responses.
#pragma once

#include <memory>
#include <optional>

#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/http/framing.h"
#include "runtime/http/message.h"
#include "runtime/tls/stream.h"

namespace edge::http {

/// What reading a request head led to.
struct ReadOutcome {
  std::optional<Request> request;         ///< without `peer`
  std::optional<FramingProblem> problem;  ///< answer with this status, then close
  /// neither: the peer ended the connection, or the header timeout passed
};

/// Its lifetime covers the bodies of the requests it hands out: a body that outlives the exchange reads as an
/// error. HTTP/2 gets a codec of its own beside this one.
class H1 {
 public:
  H1(tls::Stream& stream, Deadline& deadline, const Limits& limits);
  ~H1();

  /// Comes before each request. True when its first byte is there already; else the stream's wait_readable()
  /// is next, for which the deadline is armed, and then end_wait().
  [[nodiscard]] bool begin_wait(std::chrono::milliseconds timeout);
  void end_wait();
  /// The request, where all of its head is there; else nothing, and read() is next.
  std::optional<ReadOutcome> read_now();
  /// The request. Waits header_timeout for the rest of its head.
  Task<ReadOutcome> read();
  /// Writes `response` to the request last read. Answers HEAD without content, adds Date, Content-Length or
  /// chunked framing and Connection. Sends "100 Continue" by itself when the body is first read and the
  /// client waits for it. False: the client went away, or the body failed half-way; the connection must be
  /// closed.
  Task<bool> write(Response response, bool close_after);
  /// The same where nothing has to be waited for; nothing where something has: write() is next, and goes on
  /// with what is left.
  std::optional<bool> write_now(const Response& response, bool close_after);
  /// True when another request may follow: the last request's body was read to its end or can be skipped
  /// cheaply, the client did not ask for the end. Comes after each response, also where writing it failed.
  Task<bool> reusable();
  /// The same where nothing has to be waited for; nothing where something has.
  std::optional<bool> reusable_now();
  /// True when bytes came that belong to no request yet.
  [[nodiscard]] bool has_unread() const;
  [[nodiscard]] std::uint64_t bytes_written() const;  ///< of the last response
  [[nodiscard]] std::uint64_t bytes_read() const;     ///< of the last request

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edge::http
