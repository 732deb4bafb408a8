// Bytes that were received and not yet parsed. There is memory only while there are bytes.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "runtime/base/error.h"
#include "runtime/base/task.h"
#include "runtime/tls/stream.h"

namespace edge::http {

class ReadBuffer {
 public:
  [[nodiscard]] std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  void consume(std::size_t count);
  /// Gives the memory back when nothing is left in it.
  void release();
  /// Receives once, behind what is unread; 0 at the peer's end. ErrorKind::limit when `bytes_max` are unread
  /// already.
  Task<Result<std::size_t>> fill(tls::Stream& stream, std::size_t bytes_max);
  /// The same without waiting: nothing where fill() would have to wait.
  Result<std::optional<std::size_t>> fill_now(tls::Stream& stream, std::size_t bytes_max);

  /// The size of a message's head, its empty line included; nothing while it is not all there. A line that a
  /// bare LF ends counts, so that the framing guard sees it at once. Remembers where it stopped looking.
  std::optional<std::size_t> find_head();

 private:
  Result<std::span<char>> room(std::size_t bytes_max);
  void make_room(std::size_t bytes_max);
  static constexpr std::size_t first_bytes = 16 * 1024;  ///< a TLS record
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, begin_ = 0, end_ = 0;
  std::size_t searched_ = 0;  ///< of unread(), by find_head(): up to a line's begin
};

}  // namespace edge::http
