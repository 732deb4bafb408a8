// Growing, filling and searching the buffer of received bytes.
#include "runtime/http/read_buffer.h"

#include <algorithm>
#include <cstring>

namespace edge::http {

void ReadBuffer::consume(std::size_t count) {
  check(count <= end_ - begin_);
  begin_ += count;
  searched_ = 0;
  if (begin_ == end_) begin_ = end_ = 0;
}

void ReadBuffer::release() {
  if (!empty()) return;
  bytes_.reset();
  size_ = begin_ = end_ = searched_ = 0;
}

void ReadBuffer::make_room(std::size_t bytes_max) {
  const std::size_t unread_bytes = end_ - begin_;
  if (size_ == 0) {
    bytes_ = std::make_unique_for_overwrite<char[]>(first_bytes);
    size_ = first_bytes;
  } else if (begin_ != 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, unread_bytes);
  } else {
    const std::size_t size = std::min(2 * size_, std::max(bytes_max, size_));
    auto larger = std::make_unique_for_overwrite<char[]>(size);
    std::memcpy(larger.get(), bytes_.get(), unread_bytes);
    bytes_ = std::move(larger);
    size_ = size;
  }
  begin_ = 0;
  end_ = unread_bytes;
}

/// Where the next bytes go.
Result<std::span<char>> ReadBuffer::room(std::size_t bytes_max) {
  if (end_ - begin_ >= bytes_max)
    return edge::fail(ErrorKind::limit, "more than " + std::to_string(bytes_max) + " bytes");
  if (end_ == size_) make_room(bytes_max);
  return std::span(bytes_.get() + end_, size_ - end_);
}

Task<Result<std::size_t>> ReadBuffer::fill(tls::Stream& stream, std::size_t bytes_max) {
  auto into = room(bytes_max);
  if (!into) co_return std::unexpected(std::move(into.error()));
  auto count = co_await stream.read_some(*into);
  if (count) end_ += *count;
  co_return count;
}

Result<std::optional<std::size_t>> ReadBuffer::fill_now(tls::Stream& stream, std::size_t bytes_max) {
  auto into = room(bytes_max);
  if (!into) return std::unexpected(std::move(into.error()));
  auto count = stream.read_now(*into);
  if (count) end_ += count->value_or(0);
  return count;
}

std::optional<std::size_t> ReadBuffer::find_head() {
  const std::string_view text = unread();
  for (;;) {
    const std::size_t end = text.find('\n', searched_);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(searched_, end - searched_);
    if (line.empty() || line == "\r") return end + 1;
    searched_ = end + 1;
  }
}

}  // namespace edge::http
