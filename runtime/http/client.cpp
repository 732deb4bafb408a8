// One exchange with an origin: the request out, the response's head in, its body on demand.
#include "runtime/http/client.h"

#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/http/body_reader.h"
#include "runtime/http/connection_pool.h"
#include "runtime/http/framing.h"
#include "runtime/http/message_writer.h"
#include "runtime/http/web_socket_stream.h"

namespace edge::http {

using Kind = BodyFraming::Kind;
using Connection = std::shared_ptr<OriginConnection>;

Destination::Destination() = default;
Destination::Destination(std::string scheme, std::string host, std::uint16_t port)
    : scheme(std::move(scheme)), host(std::move(host)), port(port) {}
Destination::Destination(const Destination&) = default;
Destination::Destination(Destination&&) noexcept = default;
Destination& Destination::operator=(const Destination&) = default;
Destination& Destination::operator=(Destination&&) noexcept = default;
Destination::~Destination() = default;

struct ClientState {
  boost::asio::io_context& io;
  TimerWheel& wheel;
  const Limits& limits;
  std::shared_ptr<tls::Connector> connector;
  ConnectionPool pool;
};

namespace {

/// 1xx responses before the real one; more is an origin that never comes to the point.
constexpr int interim_responses_max = 16;

/// A request as it goes out: all of it in `text`, or its begin there and the rest in `body`.
struct Outbound {
  Destination destination;
  std::string method, text;
  Body body;
  BodyFraming framing;  ///< of `body`; Kind::none: everything is in `text`
};

/// RFC 9110 section 9.2.2
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

/// The head. What it says of the destination must pass the guard that requests to us pass.
Result<std::string> head_of(const Request& request) {
  std::string head;
  head.reserve(512 + (request.body.is_streaming() ? 0 : std::min(request.body.bytes().size(), piece_bytes)));
  head.append(request.method)
      .append(" ")
      .append(request.target)
      .append(" HTTP/1.1\r\nHost: ")
      .append(request.authority);
  head += "\r\n\r\n";
  if (const auto problem = framing_problem(head, 1, head.size()); problem || request.method == "CONNECT")
    return fail(ErrorKind::protocol,
                "the request cannot be sent: " + (problem ? problem->reason : "CONNECT"));
  head.resize(head.size() - 2);
  if (!append_headers(head, request.headers, "host"))
    return fail(ErrorKind::protocol, "the request cannot be sent: a header's name or value is invalid");
  const auto length = request.body.length();
  const bool needs_length = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (!request.body.is_null() && !length) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!request.body.is_null() || needs_length) {
    head += "Content-Length: ";
    append_number(head, length.value_or(0));
    head += "\r\n";
  }
  head += "\r\n";
  return head;
}

Result<std::unique_ptr<Outbound>> outbound_of(Request& request, Destination& destination) {
  auto head = head_of(request);
  if (!head) return std::unexpected(std::move(head.error()));
  std::unique_ptr<Outbound> outbound(new Outbound{.destination = std::move(destination),
                                                  .method = std::move(request.method),
                                                  .text = std::move(*head),
                                                  .body = std::move(request.body),
                                                  .framing = {}});
  if (outbound->body.is_null()) return outbound;
  const auto length = outbound->body.length();
  if (length)
    outbound->framing = {.kind = Kind::length, .length = *length};
  else
    outbound->framing.kind = Kind::chunked;
  return outbound;
}

/// Puts what is there of a small body behind the head, so that the request is one write and can be sent anew.
Task<Result<>> join_body(Outbound& outbound) {
  while (outbound.framing.length != 0 && outbound.body.is_ready()) {
    const std::size_t at = outbound.text.size();
    outbound.text.resize(at + outbound.framing.length);
    auto count = co_await outbound.body.read({outbound.text.data() + at, outbound.framing.length});
    outbound.text.resize(at + count.value_or(0));
    if (!count) co_return std::unexpected(std::move(count.error()));
    if (*count == 0) co_return fail(ErrorKind::closed, "the request's body ended early");
    outbound.framing.length -= *count;
  }
  if (outbound.framing.length == 0) outbound.framing.kind = Kind::none;
  co_return Result<>();
}

/// Sends a request's body while its response may already be coming.
Task<> upload(Connection connection, std::string text, Body body, BodyFraming framing,
              std::chrono::milliseconds timeout) {
  const Outgoing to{.stream = *connection->stream, .deadline = connection->timing, .timeout = timeout};
  auto written = co_await write_message(to, std::move(text), std::move(body), framing);
  connection->uploading = false;
  if (!written.failure) co_return;
  // An origin that stops taking the body may have answered: its response decides. A body that broke off does
  // not make a request that could be answered.
  if (!written.body_failed) {
    connection->broken = true;
    co_return;
  }
  connection->body_failure = std::move(written.failure);
  connection->stream->cancel();
}

void start_upload(boost::asio::io_context& io, const Connection& connection, Outbound& outbound,
                  std::chrono::milliseconds timeout) {
  connection->uploading = true;
  boost::asio::co_spawn(
      io, upload(connection, std::move(outbound.text), std::move(outbound.body), outbound.framing, timeout),
      [](const std::exception_ptr& exception) {
        if (exception)
          log::write(LogLevel::error, "origin.upload", "sending a request's body threw an exception");
      });
}

/// A response's body and the connection it comes over.
struct Incoming {
  Connection connection;  ///< null once the body was read to its end, or broke off
  BodyReader reader;
  std::weak_ptr<ClientState> client;
  bool keep_alive = false;
  std::optional<std::chrono::seconds> kept;
  std::chrono::milliseconds timeout;
  std::string decoded;  ///< content that came with the head
  std::size_t decoded_read = 0;

  /// The response is complete: the connection serves the next request if nothing speaks against it.
  void finish() {
    const Connection done = std::move(connection);
    const auto owner = client.lock();
    if (done->uploading)
      done->stream->cancel();  // the origin did not want the rest of the request
    else if (owner && keep_alive && !done->broken && done->buffer.empty())
      owner->pool.keep(done, kept);
  }
};

/// A body dropped before its end closes the connection: what is left of it is of no use to anyone.
class ResponseBody final : public BodySource {
 public:
  explicit ResponseBody(std::shared_ptr<Incoming> incoming) : incoming_(std::move(incoming)) {}
  ~ResponseBody() override {
    if (incoming_->connection) incoming_->connection->stream->cancel();
  }
  Task<Result<std::size_t>> read(std::span<char> into) override { return read_from(incoming_, into); }
  [[nodiscard]] bool is_ready() const override {
    return incoming_->decoded_read < incoming_->decoded.size() || !incoming_->connection ||
           incoming_->reader.is_ready(incoming_->connection->buffer);
  }

 private:
  static Task<Result<std::size_t>> read_from(std::shared_ptr<Incoming> incoming, std::span<char> into) {
    const std::size_t decoded = incoming->decoded.copy(into.data(), into.size(), incoming->decoded_read);
    incoming->decoded_read += decoded;
    if (decoded != 0) co_return decoded;
    const Connection connection = incoming->connection;
    if (!connection) {
      if (incoming->reader.done()) co_return 0;
      co_return fail(ErrorKind::closed, "the origin's response broke off");
    }
    auto count = co_await incoming->reader.read({.stream = *connection->stream,
                                                 .buffer = connection->buffer,
                                                 .deadline = connection->timing,
                                                 .timeout = incoming->timeout},
                                                into);
    if (incoming->reader.done() && incoming->connection) incoming->finish();
    if (!count) {
      if (connection->body_failure) count = std::unexpected(*connection->body_failure);
      incoming->connection.reset();
      connection->stream->cancel();
    }
    co_return count;
  }
  std::shared_ptr<Incoming> incoming_;
};

/// Bytes that came with the head are taken at once; a body that is complete then needs no stream.
Result<Body> body_of(const ResponseHead& head, std::string_view method, std::shared_ptr<Incoming> incoming) {
  if (incoming->reader.done()) {
    incoming->finish();
    return has_content(head.response.status, method) ? Body(std::string()) : Body();
  }
  ReadBuffer& buffer = incoming->connection->buffer;
  incoming->decoded.resize(buffer.unread().size());
  auto count = incoming->reader.take(buffer, incoming->decoded);
  if (!count) return std::unexpected(std::move(count.error()));
  incoming->decoded.resize(*count);
  if (incoming->reader.done()) {
    incoming->finish();
    return Body(std::move(incoming->decoded));
  }
  const auto length = head.framing.known_length();
  return Body(std::make_unique<ResponseBody>(std::move(incoming)), length);
}

/// A response's begin, as it comes over a connection.
class Reception {
 public:
  Reception(const std::shared_ptr<ClientState>& state, const Connection& connection, std::string_view method)
      : state_(state), connection_(connection), method_(method) {}

  std::optional<Result<Response>> reply;  ///< nothing while more of the head must come

  /// Takes what is there.
  void read_now() {
    auto count = connection_->buffer.fill_now(*connection_->stream, state_->limits.header_bytes);
    if (!count) return refuse(std::move(count.error()));
    if (*count) received(**count);
  }
  /// So many bytes more are in the buffer.
  void received(std::size_t count) {
    if (count == 0) return refuse({ErrorKind::closed, "it closed the connection before it answered"});
    connection_->answered = true;
    while (!reply) {
      const auto size = connection_->buffer.find_head();
      if (!size) return;
      parse(*size);
    }
  }
  void refuse(Error why) { reply.emplace(std::unexpect, std::move(why)); }

 private:
  /// An interim response is no reply.
  void parse(std::size_t size) {
    const std::string_view text = connection_->buffer.unread().substr(0, size);
    if (auto problem = response_framing_problem(text, state_->limits.header_count))
      return refuse({ErrorKind::protocol, std::move(*problem)});
    auto head = parse_response_head(text, method_);
    connection_->buffer.consume(size);
    if (!head) return refuse(std::move(head.error()));
    head->response.headers.take_for_valid();
    if (head->response.status >= 200) return finish(*head);
    if (head->response.status == 101) return refuse({ErrorKind::protocol, "it switched protocols unasked"});
    if (++interim_ == interim_responses_max)
      return refuse({ErrorKind::protocol, "too many interim responses"});
  }
  void finish(ResponseHead& head) {
    auto body = body_of(head, method_,
                        std::make_shared<Incoming>(Incoming{.connection = connection_,
                                                            .reader = BodyReader(head.framing),
                                                            .client = state_,
                                                            .keep_alive = head.keep_alive,
                                                            .kept = head.kept,
                                                            .timeout = state_->limits.origin_timeout,
                                                            .decoded = {}}));
    if (!body) return refuse(std::move(body.error()));
    head.response.body = std::move(*body);
    reply.emplace(std::move(head.response));
  }

  const std::shared_ptr<ClientState>& state_;
  const Connection& connection_;
  std::string_view method_;
  int interim_ = 0;
};

/// What did not go out at once of a request that is all in memory; true, or why not.
Task<Result<bool>> send_rest(const Connection& connection, std::string_view text,
                             std::chrono::milliseconds timeout) {
  connection->timing.write_begins(timeout);
  auto sent = co_await connection->stream->write(text);
  connection->timing.write_ended();
  co_return sent.transform([] { return true; });
}

bool is_broken_connection(const Error& error) {
  return error.kind == ErrorKind::closed || error.kind == ErrorKind::io;
}

Task<Result<Connection>> connect(const ClientState& state, Destination destination) {
  return connect_to_origin({.io = state.io,
                            .wheel = state.wheel,
                            .connector = state.connector,
                            .timeout = state.limits.connect_timeout},
                           std::move(destination));
}

/// One coroutine for all of it: what is there at once costs no other.
Task<Result<Response>> send_over(std::shared_ptr<ClientState> state, std::unique_ptr<Outbound> outbound) {
  if (outbound->framing.kind == Kind::length && outbound->framing.length <= piece_bytes) {
    auto joined = co_await join_body(*outbound);
    if (!joined) co_return std::unexpected(std::move(joined.error()));
  }
  const std::chrono::milliseconds timeout = state->limits.origin_timeout;
  const bool has_upload = outbound->framing.kind != Kind::none;
  for (bool anew = false;; anew = true) {
    Connection connection = anew ? nullptr : state->pool.take(outbound->destination);
    if (!connection) {
      auto connected = co_await connect(*state, outbound->destination);
      if (!connected) co_return std::unexpected(std::move(connected.error()));
      connection = std::move(*connected);
    }
    Result<bool> sent = true;
    if (has_upload) {
      start_upload(state->io, connection, *outbound, timeout);
    } else {
      std::string_view text = outbound->text;
      sent = connection->stream->write_now(text);
      if (sent && !*sent) sent = co_await send_rest(connection, text, timeout);
    }
    Reception reception(state, connection, outbound->method);
    if (!sent) {
      reception.refuse(std::move(sent.error()));
    } else {
      // Just after the request there is nothing yet: looking would be a system call for nothing.
      connection->timing.read_begins(timeout);
      co_await connection->stream->wait_readable();
      connection->timing.read_ended();
      reception.read_now();
    }
    while (!reception.reply) {
      connection->timing.read_begins(timeout);
      auto count = co_await connection->buffer.fill(*connection->stream, state->limits.header_bytes);
      connection->timing.read_ended();
      if (count)
        reception.received(*count);
      else
        reception.refuse(std::move(count.error()));
    }
    Result<Response>& response = *reception.reply;
    if (response) co_return std::move(response);
    connection->stream->cancel();
    const Error& why = connection->body_failure ? *connection->body_failure : response.error();
    if (!is_broken_connection(why)) co_return std::unexpected(why);
    // The origin may have closed a kept connection just when the request was on its way.
    if (connection->reused && !connection->answered && !has_upload && is_idempotent(outbound->method))
      continue;
    co_return fail(ErrorKind::connect, outbound->destination.host + " gave no answer: " + why.message);
  }
}

Task<Result<Response>> refused(Error why) { co_return std::unexpected(std::move(why)); }

/// On a connection of its own, which never goes to the pool.
Task<Result<Response>> open_socket_over(std::shared_ptr<ClientState> state, Request request,
                                        Destination destination) {
  if (auto head = head_of(request); !head) co_return std::unexpected(std::move(head.error()));
  auto connected = co_await connect(*state, std::move(destination));
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  std::shared_ptr<tls::Stream> stream = std::move((*connected)->stream);
  co_return co_await open_web_socket(std::move(stream), std::move(request), state->limits.origin_timeout);
}

}  // namespace

Client::Client(boost::asio::io_context& io, TimerWheel& wheel, const Limits& limits,
               std::shared_ptr<tls::Connector> connector)
    : state_(new ClientState{.io = io,
                             .wheel = wheel,
                             .limits = limits,
                             .connector = std::move(connector),
                             .pool = ConnectionPool(wheel, limits.origin_connections)}) {}
Client::~Client() = default;

Task<Result<Response>> Client::send(Request&& request, Destination destination) {
  if (request.wants_web_socket) return open_socket_over(state_, std::move(request), std::move(destination));
  auto outbound = outbound_of(request, destination);
  if (!outbound) return refused(std::move(outbound.error()));
  return send_over(state_, std::move(*outbound));
}

}  // namespace edge::http
