// A request and a response, whatever version of HTTP carried them.
#pragma once

#include <memory>
#include <string>

#include "runtime/http/body.h"
#include "runtime/http/header_list.h"
#include "runtime/http/web_socket.h"
#include "runtime/tls/peer.h"

namespace edge::http {

enum class Version : std::uint8_t { http_1_0, http_1_1, http_2 };

// Moved through many hands: what special members do is one function's code, not that of each hand.
struct Request {
  Request();
  Request(Request&& other) noexcept;
  Request& operator=(Request&& other) noexcept;
  ~Request();

  std::string method = "GET";
  std::string scheme = "https";
  std::string authority;     ///< host[:port] as the client wrote it
  std::string target = "/";  ///< path and query, as sent
  Version version = Version::http_1_1;
  HeaderList headers;  ///< hop-by-hop and framing headers are gone
  Body body;
  std::shared_ptr<const tls::Peer> peer;  ///< who sent it; null for requests that we send
  bool first_of_connection = false;       ///< nothing was asked on its connection before
  std::string entrypoint;         ///< the export of a script that a service call is for; "": the default
  bool wants_web_socket = false;  ///< "Upgrade: websocket", which `headers` do not have
  int service_calls = 0;          ///< how many scripts, one calling the other, it has come through
  [[nodiscard]] std::string url() const { return scheme + "://" + authority + target; }
  /// `text` is url().
  [[nodiscard]] bool has_url(std::string_view text) const;
};

struct Response {
  Response();
  Response(Response&& other) noexcept;
  Response& operator=(Response&& other) noexcept;
  ~Response();

  int status = 200;
  std::string reason;  ///< "" : the registered phrase
  HeaderList headers;  ///< without framing headers: the codec writes those
  Body body;
  std::shared_ptr<WebSocketEnd> web_socket;  ///< of a 101: what the connection is joined with from then on
};

/// RFC 9110 section 15; "" for a code that is not registered.
[[nodiscard]] std::string_view reason_phrase(int status);
/// A response to HEAD, and 1xx, 204 and 304, carry no content (RFC 9110 section 6.4.1).
[[nodiscard]] bool has_content(int status, std::string_view request_method);

}  // namespace edge::http
