// Writes big-endian numbers and vectors: what ByteReader reads.
#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"

namespace edge::tls {

class ByteWriter {
 public:
  void number(std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void fixed(BytesView part) { bytes.insert(bytes.end(), part.begin(), part.end()); }
  /// With its length, a number of `size` bytes, before it.
  void vector(BytesView part, int size) {
    number(part.size(), size);
    fixed(part);
  }
  Bytes bytes;
};

}  // namespace edge::tls
