// Reads the content of one message from a stream, however its end is marked. Both ends of HTTP/1.1 use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "runtime/http/io_deadline.h"
#include "runtime/http/parser.h"
#include "runtime/http/read_buffer.h"

namespace edge::http {

/// What a body is read from; all of it outlives the read.
struct Wire {
  tls::Stream& stream;
  ReadBuffer& buffer;
  IoDeadline& deadline;
  std::chrono::milliseconds timeout;  ///< without a byte
  /// Bytes a second that must come, on average over the time that reads wait beyond `timeout`; 0: as few as
  /// it likes.
  std::size_t rate = 0;
};

class BodyReader {
 public:
  BodyReader() = default;
  /// `bytes_max` is for bodies whose size is not known beforehand.
  explicit BodyReader(BodyFraming framing, std::optional<std::uint64_t> bytes_max = std::nullopt);

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool failed() const { return failed_; }
  /// True when read() would not wait.
  [[nodiscard]] bool is_ready(const ReadBuffer& buffer) const;
  /// What is left, as far as it is known: nothing for chunks.
  [[nodiscard]] std::optional<std::uint64_t> bytes_left() const;
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// What can be had of `buffer` without receiving: 0 when more is needed, or when done().
  Result<std::size_t> take(ReadBuffer& buffer, std::span<char> into);
  /// At least one byte; 0 at the end. An end of the stream inside the body is ErrorKind::closed.
  Task<Result<std::size_t>> read(Wire wire, std::span<char> into);

 private:
  Task<Result<std::size_t>> receive(Wire wire, std::span<char> into);
  [[nodiscard]] std::chrono::nanoseconds patience(const Wire& wire) const;
  BodyFraming::Kind kind_ = BodyFraming::Kind::none;
  std::uint64_t left_ = 0, bytes_read_ = 0;
  std::optional<ChunkedDecoder> decoder_;
  std::uint64_t received_ = 0;         ///< bytes of the stream, framing included
  std::chrono::nanoseconds waited_{};  ///< for them
  bool done_ = true, failed_ = false;
  bool starved_ = false;  ///< the decoder has seen all of the buffer and wants more
};

}  // namespace edge::http
