// The server's side of HTTP/1.1: the guard and the parser before a request, the frame around a response.
#include "runtime/http/h1.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <utility>

#include "runtime/http/body_reader.h"
#include "runtime/http/message_writer.h"

namespace edge::http {

using Kind = BodyFraming::Kind;
using namespace std::chrono_literals;

namespace {

/// A body that nobody read is skipped up to here, for the sake of the next request.
constexpr std::size_t skipped_bytes_max = 64 * 1024;
/// How much, and how long, a refused client may still send. Closing at once would reset the connection, and
/// the answer would be lost on its way.
constexpr std::size_t lingering_bytes_max = 1024 * 1024;
constexpr auto lingering_time = 1s;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

struct H1::State {
  /// Ties a body to the exchange it belongs to; null when that is over.
  struct Link {
    State* state;
  };
  class RequestBody;

  State(tls::Stream& stream, Deadline& deadline, const Limits& limits)
      : stream(stream), deadline(deadline), limits(limits) {}
  ~State() { forget_request(); }

  void forget_request();
  std::optional<ReadOutcome> read_now();
  void parse(std::size_t head_size, ReadOutcome& outcome);
  void accept(RequestHead& head, ReadOutcome& outcome);
  Body make_body(const RequestHead& head);
  [[nodiscard]] Wire wire() {
    return {.stream = stream,
            .buffer = buffer,
            .deadline = deadline,
            .timeout = limits.body_timeout,
            .rate = limits.body_rate};
  }
  [[nodiscard]] bool body_can_be_skipped() const;
  bool begin_response(const Response& response, bool close_after, std::string& out, BodyFraming& framing);
  Task<bool> write_rest();
  /// False: the client went away.
  bool wrote(bool all);
  Task<> send_continue();
  Task<> end_body_read();
  Task<bool> skip_body();
  Task<> linger();

  tls::Stream& stream;
  IoDeadline deadline;
  const Limits& limits;
  ReadBuffer buffer;
  BodyReader body;
  std::shared_ptr<Link> link;
  std::string method = "GET";  // of the request last read
  Version version = Version::http_1_1;
  std::optional<std::string> rest;  ///< of a response that write_now() began
  bool keep_alive = false, continue_expected = false, response_begun = false, refused = false;
  bool write_failed = false;
  bool body_is_being_read = false, empty_line_skipped = false;
  boost::asio::steady_timer* body_read_ended = nullptr;  ///< whoever waits for that
  std::uint64_t head_bytes = 0, body_bytes = 0, bytes_written = 0;
};

class H1::State::RequestBody final : public BodySource {
 public:
  explicit RequestBody(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  Task<Result<std::size_t>> read(std::span<char> into) override { return read_linked(link_, into); }
  [[nodiscard]] bool is_ready() const override {
    const State* state = link_->state;
    return state == nullptr || (!state->continue_expected && state->body.is_ready(state->buffer));
  }

 private:
  // The link is the frame's own: the body may be dropped, and the exchange may end, before a read does.
  static Task<Result<std::size_t>> read_linked(std::shared_ptr<Link> link, std::span<char> into) {
    if (link->state == nullptr)
      co_return fail(ErrorKind::closed, "the request that this body belongs to is over");
    State& state = *link->state;
    if (state.body_is_being_read) co_return fail(ErrorKind::io, "the request's body is being read already");
    state.body_is_being_read = true;
    if (std::exchange(state.continue_expected, false)) co_await state.send_continue();
    auto count = co_await state.body.read(state.wire(), into);
    state.body_is_being_read = false;
    if (state.body_read_ended != nullptr) state.body_read_ended->cancel();
    co_return count;
  }
  std::shared_ptr<Link> link_;
};

void H1::State::forget_request() {
  if (link) link->state = nullptr;
  link.reset();
  body = BodyReader();
  method = "GET";
  version = Version::http_1_1;
  keep_alive = continue_expected = response_begun = refused = write_failed = empty_line_skipped = false;
  head_bytes = body_bytes = 0;
}

std::optional<ReadOutcome> H1::State::read_now() {
  std::optional<ReadOutcome> outcome(std::in_place);
  const auto refuse = [&](int status, std::string reason) {
    refused = status != 400;
    outcome->problem = FramingProblem{.status = status, .reason = std::move(reason)};
  };
  for (;;) {
    // RFC 9112 section 2.2: an empty line before a request is left over from an old client's body.
    if (!empty_line_skipped && buffer.unread().starts_with("\r\n")) {
      buffer.consume(2);
      empty_line_skipped = true;
    }
    const std::size_t head_size = buffer.find_head().value_or(0);
    if (head_size > limits.header_bytes) {
      refuse(431, "a head of " + std::to_string(head_size) + " bytes");
      return outcome;
    }
    if (head_size != 0) {
      parse(head_size, *outcome);
      return outcome;
    }
    const std::string_view begin = buffer.unread().substr(0, limits.uri_bytes + 128);
    if (begin.size() == limits.uri_bytes + 128 && !begin.contains('\n')) {
      refuse(414, "a request line without end");
      return outcome;
    }
    const auto count = buffer.fill_now(stream, limits.header_bytes);
    if (!count && count.error().kind == ErrorKind::limit) {
      refuse(431, "a head of more than " + std::to_string(limits.header_bytes) + " bytes");
      return outcome;
    }
    if (!count || *count == 0) return outcome;
    if (!*count) {
      outcome.reset();
      return outcome;
    }
  }
}

Body H1::State::make_body(const RequestHead& head) {
  if (!head.has_body) return {};
  if (head.framing.kind == Kind::none) return Body(std::string());
  // A small body that came with its head needs no stream.
  if (head.framing.kind == Kind::length && head.framing.length <= buffer.unread().size()) {
    std::string bytes(buffer.unread().substr(0, head.framing.length));
    buffer.consume(bytes.size());
    body_bytes = bytes.size();
    return Body(std::move(bytes));
  }
  continue_expected = !head.expectation.empty() && version == Version::http_1_1 && buffer.empty();
  body = BodyReader(head.framing, limits.body_bytes);
  link = std::make_shared<Link>(this);
  return {std::make_unique<RequestBody>(link), head.framing.known_length()};
}

/// The guard looks first.
void H1::State::parse(std::size_t head_size, ReadOutcome& outcome) {
  const std::string_view text = buffer.unread().substr(0, head_size);
  outcome.problem = framing_problem(text, limits.header_count, limits.uri_bytes);
  if (outcome.problem) {
    refused = outcome.problem->status != 400;
    return;
  }
  auto head = parse_request_head(text, stream.ssl() != nullptr ? "https" : "http");
  buffer.consume(head_size);
  head_bytes = head_size;
  if (head) {
    head->request.headers.take_for_valid();
    return accept(*head, outcome);
  }
  outcome.problem = FramingProblem{.status = 400, .reason = std::move(head.error().message)};
}

void H1::State::accept(RequestHead& head, ReadOutcome& outcome) {
  method = head.request.method;
  version = head.request.version;
  const auto refuse = [&](int status, std::string reason) {
    refused = true;
    outcome.problem = FramingProblem{.status = status, .reason = std::move(reason)};
  };
  if (!head.expectation.empty() && !equal_ignoring_case(head.expectation, "100-continue"))
    return refuse(417, "an unknown expectation");
  if (head.framing.length > limits.body_bytes)
    return refuse(413, "a body of " + std::to_string(head.framing.length) + " bytes");
  keep_alive = head.keep_alive;
  head.request.body = make_body(head);
  outcome.request = std::move(head.request);
}

bool H1::State::body_can_be_skipped() const {
  if (body.done()) return true;
  // Who waits for "100 Continue" may send the body or not: the next bytes could be either.
  if (body.failed() || body_is_being_read || continue_expected) return false;
  return body.bytes_left().value_or(0) <= skipped_bytes_max;
}

/// The response's head. False: it must not be sent as it is.
bool H1::State::begin_response(const Response& response, bool close_after, std::string& out,
                               BodyFraming& framing) {
  if (response.status < 200 || response.status > 999) return false;
  out.reserve(512 + (response.body.is_streaming() ? 0 : std::min(response.body.bytes().size(), piece_bytes)));
  out = "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  if (!is_field_value(response.reason)) return false;
  out += response.reason.empty() ? reason_phrase(response.status) : std::string_view(response.reason);
  out += "\r\n";
  if (!append_headers(out, response.headers)) return false;
  if (!response.headers.find("date")) out += date_line();

  const bool content = has_content(response.status, method);
  auto length = response.body.length();
  if (response.body.is_null() && content) length = 0;
  if (!content && response.body.is_null() && method == "HEAD") {
    // What the origin said of the content that it would have sent.
    if (const auto said = response.headers.find("content-length");
        said && !said->empty() && said->size() < 19 &&
        std::ranges::all_of(*said, [](char c) { return c >= '0' && c <= '9'; }))
      append_header(out, "Content-Length", *said);
  } else if (length && response.status != 204 && (content || response.status != 304)) {
    out += "Content-Length: ";
    append_number(out, *length);
    out += "\r\n";
  }
  if (content && !length)
    framing.kind = version == Version::http_1_1 ? Kind::chunked : Kind::until_close;
  else if (content && *length != 0)
    framing = {.kind = Kind::length, .length = *length};
  if (framing.kind == Kind::chunked) out += "Transfer-Encoding: chunked\r\n";
  keep_alive = keep_alive && !close_after && framing.kind != Kind::until_close && body_can_be_skipped();
  if (!keep_alive)
    out += "Connection: close\r\n";
  else if (version == Version::http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  return true;
}

Task<> H1::State::send_continue() {
  // Once the answer is on its way the client does not need to be told, and two writes must not mix.
  if (response_begun) co_return;
  deadline.write_begins(limits.write_timeout);
  co_await stream.write(continue_line);  // a failure shows in the read that follows
  deadline.write_ended();
}

/// A read of the body that outlives its exchange is broken off, so that the stream may be destroyed.
Task<> H1::State::end_body_read() {
  if (!body_is_being_read) co_return;
  boost::asio::steady_timer ended(stream.socket().get_executor(),
                                  std::chrono::steady_clock::time_point::max());
  body_read_ended = &ended;
  stream.cancel();
  co_await ended.async_wait(boost::asio::as_tuple(use_task));
  body_read_ended = nullptr;
}

Task<bool> H1::State::skip_body() {
  const auto scratch = std::make_unique_for_overwrite<char[]>(16 * 1024);
  const std::uint64_t begin = body.bytes_read();
  while (!body.done() && body.bytes_read() - begin <= skipped_bytes_max) {
    const auto count = co_await body.read(wire(), {scratch.get(), 16 * 1024});
    if (!count) co_return false;
  }
  co_return body.done();
}

Task<> H1::State::linger() {
  const auto scratch = std::make_unique_for_overwrite<char[]>(16 * 1024);
  deadline.read_begins(lingering_time);
  for (std::size_t bytes = 0; bytes < lingering_bytes_max;) {
    const auto count = co_await stream.read_some({scratch.get(), 16 * 1024});
    if (!count || *count == 0) break;
    bytes += *count;
  }
  deadline.read_ended();
}

H1::H1(tls::Stream& stream, Deadline& deadline, const Limits& limits)
    : state_(std::make_unique<State>(stream, deadline, limits)) {}
H1::~H1() = default;

bool H1::begin_wait(std::chrono::milliseconds timeout) {
  State& state = *state_;
  state.forget_request();
  if (!state.buffer.empty()) return true;
  state.buffer.release();
  state.deadline.read_begins(timeout);
  return false;
}

void H1::end_wait() { state_->deadline.read_ended(); }

std::optional<ReadOutcome> H1::read_now() { return state_->read_now(); }

Task<ReadOutcome> H1::read() {
  State& state = *state_;
  // One limit for the whole head, however it dribbles in.
  state.deadline.read_begins(state.limits.header_timeout);
  std::optional<ReadOutcome> outcome = state.read_now();
  while (!outcome) {
    const auto count = co_await state.buffer.fill(state.stream, state.limits.header_bytes);
    outcome = count && *count != 0 ? state.read_now() : ReadOutcome{};
  }
  state.deadline.read_ended();
  co_return std::move(*outcome);
}

bool H1::State::wrote(bool all) {
  if (all) return true;
  keep_alive = false;
  write_failed = true;
  return false;
}

Task<bool> H1::State::write_rest() {
  deadline.write_begins(limits.write_timeout);
  const auto sent = co_await stream.write(*rest);
  deadline.write_ended();
  rest.reset();
  co_return wrote(sent.has_value());
}

std::optional<bool> H1::write_now(const Response& response, bool close_after) {
  State& state = *state_;
  if (response.body.is_streaming() || response.body.bytes().size() > piece_bytes) return std::nullopt;
  state.bytes_written = 0;
  std::string out;
  BodyFraming framing;
  if (!state.begin_response(response, close_after, out, framing)) return state.wrote(false);
  state.response_begun = true;
  if (framing.kind != Kind::none) out += response.body.bytes();
  std::string_view rest = out;
  const auto sent = state.stream.write_now(rest);
  if (!sent) return state.wrote(false);
  state.bytes_written = out.size();
  if (*sent) return true;
  state.rest = rest;
  return std::nullopt;
}

Task<bool> H1::write(Response response, bool close_after) {
  State& state = *state_;
  if (state.rest) co_return co_await state.write_rest();
  state.bytes_written = 0;
  std::string out;
  BodyFraming framing;
  if (!state.begin_response(response, close_after, out, framing)) co_return state.wrote(false);
  state.response_begun = true;
  Body body = framing.kind == Kind::none ? Body() : std::move(response.body);
  Written written = co_await write_message(
      {.stream = state.stream, .deadline = state.deadline, .timeout = state.limits.write_timeout},
      std::move(out), std::move(body), framing);
  state.bytes_written = written.bytes;
  co_return state.wrote(!written.failure);
}

std::optional<bool> H1::reusable_now() {
  const State& state = *state_;
  if (!state.body_is_being_read && state.keep_alive && state.body.done()) return true;
  return std::nullopt;
}

Task<bool> H1::reusable() {
  State& state = *state_;
  if (state.body_is_being_read) {
    co_await state.end_body_read();
    co_return false;
  }
  if (state.write_failed) co_return false;
  if (state.keep_alive && state.body_can_be_skipped()) {
    if (state.body.done()) co_return true;
    co_return co_await state.skip_body();
  }
  if (state.refused || !state.body.done()) co_await state.linger();
  co_return false;
}

bool H1::has_unread() const { return !state_->buffer.empty(); }
std::uint64_t H1::bytes_written() const { return state_->bytes_written; }
std::uint64_t H1::bytes_read() const {
  return state_->head_bytes + state_->body_bytes + state_->body.bytes_read();
}

}  // namespace edge::http
