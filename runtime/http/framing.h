// The framing guard: looks at the raw bytes of a request head before any parser is trusted with them (T70).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edge::http {

/// Why a request must be refused. `status` is 400, 413, 414, 417, 431 or 505 as RFC 9110 and RFC 9112 name
/// it; the guard itself knows 400, 414, 431 and 505.
struct FramingProblem {
  int status;
  std::string reason;  ///< for the log; the client is told the status alone
};

/// `head` is everything up to and including the empty line. Nothing when it is beyond doubt: no bare CR or
/// LF, no obs-fold, no NUL, no space before a colon, Transfer-Encoding exactly "chunked" and only on 1.1 and
/// never beside Content-Length, one Content-Length of digits, one Host on 1.1 that agrees with an
/// absolute-form target, a token method, a target in one of RFC 9112's four forms without control or
/// non-ASCII bytes. CONNECT and TRACE pass: what follows a CONNECT is never taken for a request (h1.cpp), and
/// what to answer is the server's matter.
std::optional<FramingProblem> framing_problem(std::string_view head, std::size_t header_count_max,
                                              std::size_t uri_bytes_max);

/// The same for the head of an origin's response: why it must not be used.
std::optional<std::string> response_framing_problem(std::string_view head, std::size_t header_count_max);

}  // namespace edge::http
