// Reads big-endian numbers and vectors from bytes that may end anywhere.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "runtime/base/bytes.h"

namespace edge::tls {

/// Takes from the front. Once something is missing everything is: empty views and zeros, and `failed()`.
class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) : bytes_(bytes) {}
  BytesView take(std::size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const BytesView taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
    return value;
  }
  /// Bytes with their length, a number of `size` bytes, before them.
  BytesView vector(std::size_t size) { return take(number(size)); }
  void fixed(std::array<std::uint8_t, 32>& into) { std::ranges::copy(take(into.size()), into.begin()); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool is_empty() const { return bytes_.empty(); }
  /// Nothing was missing and nothing is left.
  [[nodiscard]] bool is_complete() const { return !failed_ && bytes_.empty(); }

 private:
  BytesView bytes_;
  bool failed_ = false;
};

}  // namespace edge::tls
