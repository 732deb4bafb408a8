// Requests to origins, over http and https, through a pool of kept connections.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/http/message.h"
#include "runtime/tls/connector.h"

namespace edge::http {

struct ClientState;

/// Which addresses a name may stand for: a script's URL must not lead to this machine (loopback) or to what
/// only this network sees (link-local, where clouds answer with their secrets).
enum class Reach : std::uint8_t { anywhere, not_local };

/// Where a request's connection goes. `host` is a name or an address; for https the certificate must be for
/// it.
struct Destination {
  Destination();
  Destination(std::string scheme, std::string host, std::uint16_t port);
  Destination(const Destination& other);
  Destination(Destination&& other) noexcept;
  Destination& operator=(const Destination& other);
  Destination& operator=(Destination&& other) noexcept;
  ~Destination();

  std::string scheme = "http";
  std::string host;
  std::uint16_t port = 80;
  Reach reach = Reach::anywhere;
  std::string address;  ///< connected to instead of what `host` resolves to; "": look it up
};

/// Sends requests to origins. One for each worker and site: a pool's key is scheme, host, port and the
/// Connector, so that two sites' identities never share a connection.
class Client {
 public:
  /// `connector` may be null where no https origin is to be reached.
  Client(boost::asio::io_context& io, TimerWheel& wheel, const Limits& limits,
         std::shared_ptr<tls::Connector> connector);
  ~Client();

  /// Sends `request`, which it takes at once, over a connection to `destination`; its Host is
  /// request.authority. Returns the
  /// response's head; the body streams from the connection, which goes back to the pool when the body was
  /// read to its end. A request that met a connection the origin had just closed is sent anew once, when its
  /// method and body allow it. Hop-by-hop and framing headers of the response are removed, but Content-Length
  /// stays: scripts read it, and an answer to HEAD says it. No redirects: the fetch() binding follows them.
  /// CONNECT is refused. A request that wants a WebSocket gets a 101 with one, or the answer of an origin
  /// that has none to give. ErrorKind: connect, tls, timeout, protocol, limit.
  Task<Result<Response>> send(Request&& request, Destination destination);

 private:
  std::shared_ptr<ClientState> state_;  ///< shared with the exchanges that are on their way
};

}  // namespace edge::http
