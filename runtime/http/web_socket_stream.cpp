// Beast's WebSocket over our stream. Pings tell whether a silent peer is still there.
#include "runtime/http/web_socket_stream.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "runtime/base/bytes.h"
#include "runtime/http/message_writer.h"

namespace edge::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using Kind = WebSocketMessage::Kind;

/// How long a peer may take to answer a close.
constexpr std::chrono::seconds close_timeout{5};
/// A peer that does not answer a ping, sent after half of it, is gone.
constexpr std::chrono::seconds silence_max{60};
constexpr std::size_t record_bytes = 16 * 1024;

/// What Beast wants of the layer below it. A copy of the pointer goes with each operation, because those of
/// the timer outlive whoever waits.
class Layer {
 public:
  using executor_type = Executor;

  explicit Layer(std::shared_ptr<tls::Stream> stream) : stream_(std::move(stream)) {}
  executor_type get_executor() { return stream_->socket().get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return start(std::forward<Token>(token),
                 [stream = stream_, into = first_of(buffers)] { return read(stream, into); });
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return start(std::forward<Token>(token), [stream = stream_, bytes = begin_of(buffers)]() mutable {
      return write(stream, std::move(bytes));
    });
  }
  void close() { stream_->close(); }
  void cancel() { stream_->cancel(); }

 private:
  struct Transferred {
    error_code error;
    std::size_t bytes = 0;
  };

  template <class Token, class Operation>
  auto start(Token&& token, Operation operation) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [executor = get_executor()](auto handler, Operation begin) mutable {
          asio::co_spawn(
              executor, begin(),
              [handler = std::move(handler)](const std::exception_ptr& exception, Transferred done) mutable {
                check(exception == nullptr);
                std::move(handler)(done.error, done.bytes);
              });
        },
        token, std::move(operation));
  }
  static Task<Transferred> read(std::shared_ptr<tls::Stream> stream, std::span<char> into) {
    if (into.empty()) co_return Transferred{};
    const auto count = co_await stream->read_some(into);
    if (!count) co_return Transferred{.error = asio::error::connection_reset};
    if (*count == 0) co_return Transferred{.error = asio::error::eof};
    co_return Transferred{.error = {}, .bytes = *count};
  }
  static Task<Transferred> write(std::shared_ptr<tls::Stream> stream, std::string bytes) {
    if (!co_await stream->write(bytes)) co_return Transferred{.error = asio::error::connection_reset};
    co_return Transferred{.error = {}, .bytes = bytes.size()};
  }
  template <class Buffers>
  static std::span<char> first_of(const Buffers& buffers) {
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at)
      if (const asio::mutable_buffer buffer = *at; buffer.size() != 0)
        return {static_cast<char*>(buffer.data()), buffer.size()};
    return {};
  }
  /// A frame's head and payload lie in two buffers, and belong into one TLS record.
  template <class Buffers>
  static std::string begin_of(const Buffers& buffers) {
    std::string bytes;
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      const asio::const_buffer buffer = *at;
      bytes.append(static_cast<const char*>(buffer.data()),
                   std::min(buffer.size(), record_bytes - bytes.size()));
    }
    return bytes;
  }
  std::shared_ptr<tls::Stream> stream_;
};

// Found by Beast through the type of its argument.
void beast_close_socket(Layer& layer) { layer.cancel(); }
template <class Handler>
void async_teardown(beast::role_type, Layer& layer, Handler&& handler) {
  layer.close();
  asio::post(layer.get_executor(),
             [handler = std::forward<Handler>(handler)]() mutable { std::move(handler)(error_code()); });
}

using Stream = websocket::stream<Layer, false>;

class StreamSocket final : public WebSocketEnd, public std::enable_shared_from_this<StreamSocket> {
 public:
  explicit StreamSocket(std::shared_ptr<tls::Stream> stream)
      : stream_(Layer(stream)),
        closed_(stream->socket().get_executor(), std::chrono::steady_clock::time_point::max()) {
    limit_handshake(close_timeout);
    stream_.read_message_max(web_socket_message_bytes_max);
    stream_.auto_fragment(false);
    stream_.write_buffer_bytes(record_bytes);
  }
  Stream& stream() { return stream_; }
  /// For the opening as well as the closing handshake.
  void limit_handshake(std::chrono::milliseconds timeout) {
    stream_.set_option(websocket::stream_base::timeout{
        .handshake_timeout = timeout, .idle_timeout = silence_max, .keep_alive_pings = true});
  }

  Task<Result<WebSocketMessage>> receive() override {
    beast::flat_buffer buffer;
    error_code failed;
    do {
      buffer.clear();
      co_await stream_.async_read(buffer, asio::redirect_error(use_task, failed));
    } while (!failed && shut_with_);
    if (!failed)
      co_return WebSocketMessage{.kind = stream_.got_text() ? Kind::text : Kind::binary,
                                 .data = beast::buffers_to_string(buffer.data())};
    if (shut_with_) co_return WebSocketMessage{.kind = Kind::close, .data = {}, .code = *shut_with_};
    // Who closes reads the peer's close frame, and Beast breaks off the other reads.
    if (closing_ == Closing::begun) {
      error_code ignored;
      co_await closed_.async_wait(asio::redirect_error(use_task, ignored));
    }
    if (failed != websocket::error::closed && closing_ != Closing::done)
      co_return fail(ErrorKind::closed, "the WebSocket broke off: " + failed.message());
    const websocket::close_reason& said = stream_.reason();
    const bool has_code = said.code != websocket::close_code::none;
    co_return WebSocketMessage{
        .kind = Kind::close,
        .data = {said.reason.data(), said.reason.size()},
        .code = has_code ? static_cast<std::uint16_t>(said.code) : close_code::no_status};
  }

  Task<Result<>> send(WebSocketMessage message) override {
    error_code failed;
    if (shut_with_ && message.kind != Kind::close)
      co_return fail(ErrorKind::closed, "the WebSocket is being closed");
    if (message.kind == Kind::close) {
      if (message.code == close_code::abnormal || message.code == close_code::tls_failure) {
        stream_.next_layer().cancel();
        co_return Result<>();
      }
      if (std::exchange(closing_, Closing::begun) != Closing::no) co_return Result<>();
      co_await stream_.async_close(reason_of(message), asio::redirect_error(use_task, failed));
      closing_ended(failed);
    } else {
      stream_.text(message.kind == Kind::text);
      co_await stream_.async_write(asio::buffer(message.data), asio::redirect_error(use_task, failed));
    }
    if (failed) co_return fail(ErrorKind::closed, "the WebSocket broke off: " + failed.message());
    co_return Result<>();
  }

  void shut(std::uint16_t code) override {
    shut_with_ = code;
    if (std::exchange(closing_, Closing::begun) != Closing::no) return;
    stream_.async_close(websocket::close_reason(static_cast<websocket::close_code>(code)),
                        [self = shared_from_this()](error_code failed) { self->closing_ended(failed); });
  }

 private:
  static websocket::close_reason reason_of(const WebSocketMessage& message) {
    websocket::close_reason reason;
    if (message.code == close_code::no_status) return reason;
    reason.code = static_cast<websocket::close_code>(message.code);
    reason.reason.assign(message.data.data(), std::min(message.data.size(), reason.reason.max_size()));
    return reason;
  }
  void closing_ended(error_code failed) {
    closing_ = failed ? Closing::failed : Closing::done;
    closed_.cancel();
  }

  enum class Closing : std::uint8_t { no, begun, done, failed };
  Stream stream_;
  Closing closing_ = Closing::no;
  std::optional<std::uint16_t> shut_with_;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             Executor>
      closed_;
};

/// What belongs to the handshake itself, besides framing.
bool is_of_handshake(std::string_view name) {
  return is_framing_header(name) || equal_ignoring_case(name, "host") ||
         equal_ignoring_case(name, "sec-websocket-key") ||
         equal_ignoring_case(name, "sec-websocket-version") ||
         equal_ignoring_case(name, "sec-websocket-accept") ||
         equal_ignoring_case(name, "sec-websocket-extensions");
}

template <class Message>
void add_headers(Message& message, const HeaderList& headers) {
  for (std::size_t at = 0; at < headers.size(); ++at) {
    const auto [name, value] = headers[at];
    if (!is_of_handshake(name)) message.insert(std::string(name), std::string(value));
  }
}

Response plain_response(const websocket::response_type& from) {
  Response response;
  response.status = static_cast<int>(from.result_int());
  response.reason = from.reason();
  for (const auto& field : from)
    if (!is_framing_header(field.name_string())) response.headers.append(field.name_string(), field.value());
  return response;
}

}  // namespace

std::optional<WebSocketOffer> web_socket_offer(const Request& request) {
  if (!request.wants_web_socket) return std::nullopt;
  const auto header = [&](std::string_view name) {
    return std::string(request.headers.find(name).value_or(""));
  };
  return WebSocketOffer{.authority = request.authority,
                        .target = request.target,
                        .key = header("sec-websocket-key"),
                        .version = header("sec-websocket-version")};
}

bool is_valid(const WebSocketOffer& offer) {
  constexpr std::size_t key_bytes = 16;
  const auto key = base64_decode(offer.key);
  return key && key->size() == key_bytes;
}

Task<Result<std::shared_ptr<WebSocketEnd>>> accept_web_socket(std::shared_ptr<tls::Stream> stream,
                                                              WebSocketOffer offer, HeaderList headers) {
  if (!headers.is_valid())
    co_return fail(ErrorKind::script, "a header of the response to a WebSocket has an invalid name or value");
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, offer.target, 11);
  request.set("Host", offer.authority);
  request.set("Upgrade", "websocket");
  request.set("Connection", "Upgrade");
  if (!offer.key.empty()) request.set("Sec-WebSocket-Key", offer.key);
  if (!offer.version.empty()) request.set("Sec-WebSocket-Version", offer.version);
  const auto socket = std::make_shared<StreamSocket>(std::move(stream));
  socket->stream().set_option(
      websocket::stream_base::decorator([headers = std::move(headers)](websocket::response_type& response) {
        add_headers(response, headers);
      }));
  error_code failed;
  co_await socket->stream().async_accept(request, asio::redirect_error(use_task, failed));
  if (failed) co_return fail(ErrorKind::protocol, "no WebSocket: " + failed.message());
  co_return socket;
}

Task<Result<Response>> open_web_socket(std::shared_ptr<tls::Stream> stream, Request request,
                                       std::chrono::milliseconds timeout) {
  const auto socket = std::make_shared<StreamSocket>(std::move(stream));
  socket->limit_handshake(timeout);
  socket->stream().set_option(websocket::stream_base::decorator(
      [headers = std::move(request.headers)](websocket::request_type& head) {
        head.erase(beast::http::field::user_agent);
        add_headers(head, headers);
      }));
  websocket::response_type answer;
  error_code failed;
  co_await socket->stream().async_handshake(answer, request.authority, request.target,
                                            asio::redirect_error(use_task, failed));
  socket->limit_handshake(close_timeout);
  const bool declined = failed == websocket::error::upgrade_declined && answer.result_int() >= 200;
  if (failed && !declined) co_return fail(ErrorKind::protocol, "no WebSocket: " + failed.message());
  Response response = plain_response(answer);
  if (declined)
    response.body = Body(std::move(answer.body()));
  else
    response.web_socket = socket;
  co_return response;
}

}  // namespace edge::http
