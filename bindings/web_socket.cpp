// Queues between a script's WebSocket and whatever carries it.
#include "bindings/web_socket.h"

#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "bindings/exchange.h"
#include "bindings/headers_text.h"
#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {

using Kind = http::WebSocketMessage::Kind;

js::Result<> ScriptSocket::say(http::WebSocketMessage message) {
  if (!is_open()) return {};
  if (unsent_bytes_ + message.data.size() > unsent_bytes_max)
    return js::plain_error("The WebSocket's peer takes too slowly what is sent: more than " +
                           std::to_string(unsent_bytes_max) + " bytes wait.");
  unsent_bytes_ += message.data.size();
  outgoing_.push_back(std::move(message));
  sent_.open();
  return {};
}

Task<http::WebSocketMessage> ScriptSocket::next(std::shared_ptr<ScriptSocket> socket) {
  while (socket->incoming_.empty()) co_await socket->received_.wait();
  http::WebSocketMessage message = std::move(socket->incoming_.front());
  socket->incoming_.pop_front();
  socket->taken_.open();
  co_return message;
}

Task<Result<http::WebSocketMessage>> ScriptSocket::receive() {
  while (outgoing_.empty()) {
    if (is_script_gone_)
      co_return http::WebSocketMessage{
          .kind = Kind::close, .data = {}, .code = http::close_code::internal_error};
    if (has_heard_close_)
      co_return http::WebSocketMessage{.kind = Kind::close, .data = {}, .code = http::close_code::no_status};
    co_await sent_.wait();
  }
  http::WebSocketMessage message = std::move(outgoing_.front());
  outgoing_.pop_front();
  unsent_bytes_ -= message.data.size();
  co_return message;
}

Task<Result<>> ScriptSocket::send(http::WebSocketMessage message) {
  if (!is_open()) co_return edge::fail(ErrorKind::closed, "the script has ended");
  has_heard_close_ = message.kind == Kind::close;
  incoming_.push_back(std::move(message));
  received_.open();
  if (has_heard_close_) {
    sent_.open();
    co_return Result<>();
  }
  while (!incoming_.empty() && is_open()) co_await taken_.wait();
  co_return Result<>();
}

void ScriptSocket::shut(std::uint16_t code) {
  if (!is_open()) return;
  has_heard_close_ = true;
  incoming_.push_back({.kind = Kind::close, .data = {}, .code = code});
  received_.open();
  sent_.open();
  taken_.open();
}

void ScriptSocket::fail(std::string) {
  is_script_gone_ = true;
  sent_.open();
  taken_.open();
}

namespace {

/// Tells the script when a relay lets go of it.
class RelayedEnd final : public http::WebSocketEnd {
 public:
  explicit RelayedEnd(std::shared_ptr<ScriptSocket> script) : script_(std::move(script)) {}
  ~RelayedEnd() override { script_->drop_relay(); }
  Task<Result<http::WebSocketMessage>> receive() override { return script_->receive(); }
  Task<Result<>> send(http::WebSocketMessage message) override { return script_->send(std::move(message)); }
  void shut(std::uint16_t code) override { script_->shut(code); }

 private:
  std::shared_ptr<ScriptSocket> script_;
};

std::shared_ptr<ScriptSocket> make_script_socket(js::Scope& scope) {
  Host& host = Host::of(scope);
  auto socket = std::make_shared<ScriptSocket>(host.world.io);
  if (Exchange* exchange = host.current_exchange(scope)) exchange->add_outlet(socket);
  return socket;
}

js::Result<> check_owner(js::Scope& scope, const SocketHandle& handle) {
  if (auto problem = problem_of_owner(scope, handle.event, "WebSocket"))
    return std::unexpected(std::move(*problem));
  return {};
}

js::Result<std::unique_ptr<SocketHandle>> open(js::Scope& scope) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  return std::make_unique<SocketHandle>(make_script_socket(scope), scope.realm.current_event());
}

/// The script takes the place of whoever else could have been joined with the peer.
js::Result<> accept(js::Scope& scope, SocketHandle& handle) {
  if (auto owned = check_owner(scope, handle); !owned) return owned;
  std::shared_ptr<http::WebSocketEnd> peer = handle.take_end();
  if (!peer || handle.script) return js::type_error("The WebSocket was used already.");
  handle.script = make_script_socket(scope);
  boost::asio::co_spawn(
      Host::of(scope).world.io, http::relay(std::move(peer), std::make_shared<RelayedEnd>(handle.script)),
      [](const std::exception_ptr& exception, http::Relayed) { check(exception == nullptr); });
  return {};
}

js::Result<> say(js::Scope& scope, SocketHandle& handle, http::WebSocketMessage message) {
  if (auto owned = check_owner(scope, handle); !owned) return owned;
  if (!handle.script) return js::type_error("The WebSocket was not accepted.");
  return handle.script->say(std::move(message));
}
js::Result<> send_text(js::Scope& scope, SocketHandle& handle, std::string text) {
  return say(scope, handle, {.kind = Kind::text, .data = std::move(text)});
}
js::Result<> send_bytes(js::Scope& scope, SocketHandle& handle, BytesView bytes) {
  return say(scope, handle, {.kind = Kind::binary, .data = std::string(as_text(bytes))});
}
js::Result<> close(js::Scope& scope, SocketHandle& handle, std::uint32_t code, std::string reason) {
  return say(scope, handle,
             {.kind = Kind::close, .data = std::move(reason), .code = static_cast<std::uint16_t>(code)});
}

double unsent(SocketHandle& handle) {
  return handle.script ? static_cast<double>(handle.script->unsent_bytes()) : 0;
}

/// Kind (0 text, 1 bytes, 2 close), text or reason, bytes, code.
using Received = std::tuple<std::int32_t, std::string, Bytes, std::uint32_t>;

Task<js::Result<Received>> next(std::shared_ptr<ScriptSocket> script) {
  http::WebSocketMessage message = co_await ScriptSocket::next(std::move(script));
  if (message.kind == Kind::binary) {
    const BytesView bytes = as_bytes(message.data);
    co_return Received{1, {}, Bytes(bytes.begin(), bytes.end()), 0};
  }
  co_return Received{message.kind == Kind::text ? 0 : 2, std::move(message.data), {}, message.code};
}

js::Result<Task<js::Result<Received>>> receive(js::Scope& scope, SocketHandle& handle) {
  if (auto owned = check_owner(scope, handle); !owned) return std::unexpected(std::move(owned.error()));
  if (!handle.script) return js::type_error("The WebSocket was not accepted.");
  // What a connection costs is counted by its messages, as that of requests is by requests.
  scope.realm.renew_cpu(handle.event);
  return next(handle.script);
}

js::Result<> respond(js::Scope& scope, std::uint32_t event, HeldHeaders headers, js::OneByte changes,
                     SocketHandle& handle) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  http::Response response;
  response.status = 101;
  if (auto problem = read_headers(headers, std::move(changes.text), response.headers))
    return js::type_error(*problem);
  response.web_socket = handle.take_end();
  if (!response.web_socket) return js::type_error("The WebSocket was used already.");
  (*exchange)->answer(std::move(response));
  return {};
}

constexpr js::Native table[] = {
    js::native<&open>("socketOpen"),          js::native<&accept>("socketAccept"),
    js::native<&send_text>("socketSendText"), js::native<&send_bytes>("socketSendBytes"),
    js::native<&close>("socketClose"),        js::native<&unsent>("socketUnsent"),
    js::native<&receive>("socketReceive"),    js::native<&respond>("respondWebSocket"),
};

}  // namespace

// A peer that nobody accepted is not left waiting.
SocketHandle::~SocketHandle() {
  if (end_) end_->shut(http::close_code::going_away);
}

std::shared_ptr<http::WebSocketEnd> SocketHandle::take_end() {
  if (end_) return std::exchange(end_, nullptr);
  if (!script || std::exchange(is_taken_, true)) return nullptr;
  return std::make_shared<RelayedEnd>(script);
}

constinit const std::span<const js::Native> web_socket_natives = table;

}  // namespace edge::bindings
