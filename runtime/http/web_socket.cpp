// Joins two ends of WebSocket connections.
#include "runtime/http/web_socket.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace edge::http {
namespace {

using Kind = WebSocketMessage::Kind;

/// Ends with a close in that direction, in words of the sender or for it.
Task<std::uint64_t> pump(std::shared_ptr<WebSocketEnd> from, std::shared_ptr<WebSocketEnd> to) {
  std::uint64_t bytes = 0;
  while (true) {
    auto message = co_await from->receive();
    if (!message) message = WebSocketMessage{.kind = Kind::close, .data = {}, .code = close_code::abnormal};
    const bool last = message->kind == Kind::close;
    if (!last) bytes += message->data.size();
    const auto sent = co_await to->send(std::move(*message));
    if (last) break;
    if (!sent) {
      // Nobody takes what `from` says: it must not wait for an answer.
      co_await from->send({.kind = Kind::close, .data = {}, .code = close_code::abnormal});
      break;
    }
  }
  co_return bytes;
}

}  // namespace

Task<Relayed> relay(std::shared_ptr<WebSocketEnd> first, std::shared_ptr<WebSocketEnd> second) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto [from_first, to_first] = co_await (pump(first, second) && pump(second, first));
  co_return Relayed{.from_first = from_first, .to_first = to_first};
}

}  // namespace edge::http
