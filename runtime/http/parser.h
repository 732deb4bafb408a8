// Heads and chunks as Boost.Beast reads them. What comes in here has passed the framing guard.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/error.h"
#include "runtime/http/message.h"

namespace edge::http {

/// How the end of a body is found (RFC 9112 section 6.3).
struct BodyFraming {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  ///< for Kind::length, never 0
  /// As a Body tells it: 0 for none, nothing where only the end will tell.
  [[nodiscard]] std::optional<std::uint64_t> known_length() const {
    return kind == Kind::none || kind == Kind::length ? std::optional(length) : std::nullopt;
  }
};

struct RequestHead {
  Request request;  ///< without body and peer
  BodyFraming framing;
  bool has_body = false;    ///< a Content-Length or chunked was there, if only of nothing
  bool keep_alive = false;  ///< as the client wishes and HTTP allows
  std::string expectation;  ///< the Expect header
};
Result<RequestHead> parse_request_head(std::string_view head, std::string_view scheme);

struct ResponseHead {
  Response response;  ///< without body
  BodyFraming framing;
  bool keep_alive = false;
  std::optional<std::chrono::seconds>
      kept;  ///< "Keep-Alive: timeout=…": how long the origin waits for another request
};
/// Hop-by-hop headers are removed; Content-Length stays, as scripts and answers to HEAD need it.
Result<ResponseHead> parse_response_head(std::string_view head, std::string_view request_method);

/// Undoes the chunked coding (RFC 9112 section 7.1). Trailers are dropped.
class ChunkedDecoder {
 public:
  /// More than `bytes_max` bytes of content are ErrorKind::limit.
  explicit ChunkedDecoder(std::optional<std::uint64_t> bytes_max);
  ~ChunkedDecoder();
  ChunkedDecoder(ChunkedDecoder&&) noexcept;
  ChunkedDecoder& operator=(ChunkedDecoder&&) noexcept;

  struct Step {
    std::size_t consumed = 0;  ///< bytes of `input` that are done with
    std::string_view data;     ///< content, a part of `input`; empty: more input is needed, or it is the end
  };
  /// Decodes up to `data_max` bytes of content, of one chunk at most.
  Result<Step> decode(std::string_view input, std::size_t data_max);
  [[nodiscard]] bool done() const;
  /// True when decode() would find content, or the end, in `input`.
  [[nodiscard]] bool is_ready(std::string_view input) const;

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace edge::http
