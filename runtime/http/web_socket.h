// WebSocket connections (RFC 6455) as messages, whatever carries them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/base/error.h"
#include "runtime/base/task.h"

namespace edge::http {

/// A message, or the close frame that is the last one.
struct WebSocketMessage {
  enum class Kind : std::uint8_t { text, binary, close };
  Kind kind = Kind::text;
  std::string data;        ///< UTF-8 where it is text; of a close: the reason
  std::uint16_t code = 0;  ///< of a close: RFC 6455 section 7.4
};

/// Close codes of RFC 6455 section 7.4.1 that are said here.
namespace close_code {
inline constexpr std::uint16_t going_away = 1001, no_status = 1005, abnormal = 1006, policy_violation = 1008,
                               internal_error = 1011, tls_failure = 1015;
}  // namespace close_code

/// The largest message that is taken from a peer, in bytes; a larger one closes the connection with 1009.
inline constexpr std::size_t web_socket_message_bytes_max = 1024 * 1024;

/// One end of a connection. One receive() and one send() may wait at once.
class WebSocketEnd {
 public:
  virtual ~WebSocketEnd() = default;
  /// What the peer sends next; a close is the last. Fails when the peer went away without one.
  virtual Task<Result<WebSocketMessage>> receive() = 0;
  /// Waits until the peer takes it. After a close nothing follows; one with code 1006 breaks the connection
  /// off.
  virtual Task<Result<>> send(WebSocketMessage message) = 0;
  /// Begins to close, and lets no message through any more, without waiting for anything.
  virtual void shut(std::uint16_t code) = 0;
};

/// Payload that was carried, in bytes.
struct Relayed {
  std::uint64_t from_first = 0, to_first = 0;
};
/// Carries messages both ways until both ends are closed.
Task<Relayed> relay(std::shared_ptr<WebSocketEnd> first, std::shared_ptr<WebSocketEnd> second);

}  // namespace edge::http
