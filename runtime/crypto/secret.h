// Bytes that are wiped before their memory is given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/base/bytes.h"

namespace edge::crypto {

void wipe(void* memory, std::size_t size);

template <class T>
struct WipingAllocator : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = WipingAllocator<U>;
  };
  void deallocate(T* memory, std::size_t count) {
    wipe(memory, count * sizeof(T));
    std::allocator<T>::deallocate(memory, count);
  }
};

using Secret = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

inline Secret secret_of(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace edge::crypto
