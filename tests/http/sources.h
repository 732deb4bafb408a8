// Body sources of tests: given pieces, and any amount of made-up bytes.
#pragma once

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/http/body.h"

namespace edge::test {

/// Gives one piece for each read, never at once, and ends with `failure` when there is one.
class Pieces final : public http::BodySource {
 public:
  explicit Pieces(std::vector<std::string> pieces, std::optional<Error> failure = std::nullopt)
      : pieces_(std::move(pieces)), failure_(std::move(failure)) {}
  Task<Result<std::size_t>> read(std::span<char> into) override {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, use_task);
    if (at_ == pieces_.size()) {
      if (failure_) co_return std::unexpected(*failure_);
      co_return 0;
    }
    std::string& piece = pieces_[at_];
    const std::size_t count = piece.copy(into.data(), into.size());
    piece.erase(0, count);
    if (piece.empty()) ++at_;
    co_return count;
  }

 private:
  std::vector<std::string> pieces_;
  std::optional<Error> failure_;
  std::size_t at_ = 0;
};

/// The byte at any place of a made-up body.
inline char byte_at(std::uint64_t at) { return static_cast<char>('a' + (at * 7 + at / 4096) % 26); }

/// `length` made-up bytes, at once.
class Made final : public http::BodySource {
 public:
  explicit Made(std::uint64_t length) : length_(length) {}
  Task<Result<std::size_t>> read(std::span<char> into) override {
    const std::size_t count = std::min<std::uint64_t>(into.size(), length_ - at_);
    for (std::size_t i = 0; i < count; ++i) into[i] = byte_at(at_ + i);
    at_ += count;
    co_return count;
  }
  [[nodiscard]] bool is_ready() const override { return true; }

 private:
  std::uint64_t length_, at_ = 0;
};

}  // namespace edge::test
