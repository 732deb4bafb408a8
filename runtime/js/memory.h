// Limits of memory: the allocator of ArrayBuffers, and what happens at the end of V8's heap.
#pragma once

#include <v8.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/js/realm.h"

namespace edge::js {

/// ArrayBuffers lie outside V8's heap, so that its limit does not hold for them: this is theirs. A script
/// that asks for more gets a RangeError.
class BoundedAllocator : public v8::ArrayBuffer::Allocator {
 public:
  explicit BoundedAllocator(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void* Allocate(std::size_t bytes) override;
  void* AllocateUninitialized(std::size_t bytes) override;
  void Free(void* data, std::size_t bytes) override;

 private:
  bool reserve(std::size_t bytes);
  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};  ///< V8 frees buffers on its own threads
};

/// The limits of a new isolate.
v8::ResourceConstraints constraints_of(const RealmOptions& options);
/// Ends the visit and condemns the Realm when the heap is full; ends the process when V8 cannot go on.
void install_memory_limits(Realm::State& state);
/// The lowest address of this thread's stack that scripts may reach.
std::uintptr_t stack_limit(std::size_t stack_bytes);

}  // namespace edge::js
