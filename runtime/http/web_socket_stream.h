// A WebSocket over a TLS or TCP stream: the handshakes of RFC 6455 section 4 and Beast's frames behind them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "runtime/http/message.h"
#include "runtime/http/web_socket.h"
#include "runtime/tls/stream.h"

namespace edge::http {

/// What a request to become a WebSocket says; kept while its handler decides.
struct WebSocketOffer {
  std::string authority, target, key, version;
};
/// Nothing for a request that offers none.
[[nodiscard]] std::optional<WebSocketOffer> web_socket_offer(const Request& request);
/// RFC 6455 section 4.2.1: the key is 16 bytes in base64. The version is for the answer to say.
[[nodiscard]] bool is_valid(const WebSocketOffer& offer);

/// Answers the offer with 101 and `headers` (Sec-WebSocket-Protocol, say). An offer of another version is
/// answered with 426 (RFC 6455 section 4.2.2), and fails with ErrorKind::protocol. Extensions are never agreed
/// to: compression would cost memory for each connection, and leak what it compresses.
Task<Result<std::shared_ptr<WebSocketEnd>>> accept_web_socket(std::shared_ptr<tls::Stream> stream,
                                                              WebSocketOffer offer, HeaderList headers);

/// Asks whoever listens at the other end of `stream` for a WebSocket, with the headers of `request`. The
/// response has status 101 and a `web_socket`, or is the answer of a server that does not want one.
/// ErrorKind::protocol, io.
Task<Result<Response>> open_web_socket(std::shared_ptr<tls::Stream> stream, Request request,
                                       std::chrono::milliseconds timeout);

}  // namespace edge::http
