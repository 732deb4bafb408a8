// Reading bodies, whatever they are made of.
#include "runtime/http/body.h"

#include <algorithm>

namespace edge::http {

namespace {

/// What collect() reads at once.
constexpr std::size_t piece_bytes = 64 * 1024;

}  // namespace

Body::Body() = default;
Body::Body(std::string bytes) : bytes_(std::move(bytes)) {}
Body::Body(std::unique_ptr<BodySource> source, std::optional<std::uint64_t> length)
    : source_(std::move(source)), length_(length) {}
Body::Body(Body&&) noexcept = default;
Body& Body::operator=(Body&&) noexcept = default;
Body::~Body() = default;

std::optional<std::uint64_t> Body::length() const {
  return bytes_ ? std::optional<std::uint64_t>(bytes_->size()) : length_;
}

const std::string& Body::bytes() const {
  static const std::string nothing;
  return bytes_ ? *bytes_ : nothing;
}

Task<Result<std::size_t>> Body::read(std::span<char> into) {
  // Not a coroutine: a stream's read costs one frame, not two.
  return source_ ? source_->read(into) : read_bytes(into);
}

Task<Result<std::size_t>> Body::read_bytes(std::span<char> into) {
  const std::size_t count = bytes_ ? std::min(into.size(), bytes_->size() - read_) : 0;
  if (count != 0) bytes_->copy(into.data(), count, read_);
  read_ += count;
  co_return count;
}

Task<Result<std::string>> Body::collect(std::size_t bytes_max) {
  const auto too_large = [&] {
    return fail(ErrorKind::limit, "the body is larger than " + std::to_string(bytes_max) + " bytes");
  };
  if (length_.value_or(0) > bytes_max) co_return too_large();
  if (!source_) {
    std::string left = !bytes_ ? std::string() : read_ == 0 ? *bytes_ : bytes_->substr(read_);
    read_ += left.size();
    if (left.size() > bytes_max) co_return too_large();
    co_return left;
  }
  std::string all;
  for (;;) {
    const std::size_t before = all.size();
    // A known length is read to its end in one allocation, one byte more shows that it was the end.
    const std::size_t room = length_ && before <= *length_
                                 ? std::min<std::size_t>(*length_ - before + 1, 4 * piece_bytes)
                                 : piece_bytes;
    all.resize_and_overwrite(before + room, [](char*, std::size_t size) { return size; });
    auto count = co_await read({all.data() + before, room});
    if (!count) co_return std::unexpected(std::move(count.error()));
    all.resize(before + *count);
    if (all.size() > bytes_max) co_return too_large();
    if (*count == 0) co_return all;
  }
}

}  // namespace edge::http
