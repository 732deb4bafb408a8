// Writes heads and bodies for both ends of HTTP/1.1: one flat string for a head and what fits behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/http/body.h"
#include "runtime/http/header_list.h"
#include "runtime/http/io_deadline.h"
#include "runtime/http/parser.h"
#include "runtime/tls/stream.h"

namespace edge::http {

/// What is written at once: four TLS records.
inline constexpr std::size_t piece_bytes = 64 * 1024;

/// Headers that speak about this connection or this message's frame: the codec writes them, and nobody else.
[[nodiscard]] bool is_framing_header(std::string_view name);
/// Adds all headers but the framing ones and `without`. False when a name or a value could break the head
/// apart.
[[nodiscard]] bool append_headers(std::string& out, const HeaderList& headers, std::string_view without = {});
void append_header(std::string& out, std::string_view name, std::string_view value);
void append_number(std::string& out, std::uint64_t number);
/// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made once a second.
[[nodiscard]] std::string_view date_line();

struct Outgoing {
  tls::Stream& stream;
  IoDeadline& deadline;
  std::chrono::milliseconds timeout;  ///< without a piece taken
};

struct Written {
  std::uint64_t bytes = 0;  ///< the head's too
  std::optional<Error> failure;
  bool body_failed = false;  ///< the failure is the body's, not the stream's
};

/// Sends `out`, a head, and `body` framed as `framing` says. A body whose bytes are there already goes out
/// with the head. Never holds more than a piece.
Task<Written> write_message(Outgoing to, std::string out, Body body, BodyFraming framing);

}  // namespace edge::http
