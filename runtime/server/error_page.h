// The answers that are ours and not a script's: the one place where a failure becomes a status code.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/http/message.h"

namespace edge::server {

/// What a request failed of. Each has one row in error_page.cpp: status, and what the client may read of it.
enum class Failure : std::uint8_t {
  bad_request,       ///< 400: the request's framing or target is no HTTP that we accept
  refused_client,    ///< 403: a site that requires a client certificate, and one that is good no longer
  misdirected,       ///< 421: the Host belongs to another site than the connection's TLS name (T11)
  body_timeout,      ///< 408: the rest of the request did not come
  too_large,         ///< 413: the body is over body_bytes
  uri_too_long,      ///< 414
  header_too_large,  ///< 431
  exception,         ///< 500 "error code: 1101": the script threw, or its promise was rejected
  invalid_answer,    ///< 500 "error code: 1101": what the script gave is no Response
  internal,          ///< 500: a fault of ours
  unsupported,       ///< 501: a method or a transfer coding that we do not know
  no_origin,         ///< 502: the request is to be forwarded and the site names no origin
  bad_origin,        ///< 502: the origin cannot be reached, or does not speak HTTP
  script_limit,      ///< 503 "error code: 1102": CPU time or memory of the script
  unavailable,       ///< 503: this worker takes no more requests
  handler_timeout,   ///< 504: no Response within handler_timeout
  origin_timeout,    ///< 504: the origin did not answer in time
  version,           ///< 505
};

/// Plain text that names neither rule nor cause (T89); with `request_id` the client can ask the operator,
/// whose log has the cause under it. Never stored by a cache.
http::Response error_page(Failure failure, std::string_view request_id = {});

/// The page for a FramingProblem's status.
http::Response error_page_for_status(int status, std::string_view request_id = {});

}  // namespace edge::server
