// Limits of memory: the allocator of ArrayBuffers, and what happens at the end of V8's heap.
#include "runtime/js/memory.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/base/log.h"
#include "runtime/js/engine.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

bool BoundedAllocator::reserve(std::size_t bytes) {
  if (used_.fetch_add(bytes) + bytes <= bytes_max_) return true;
  used_ -= bytes;
  return false;
}

void* BoundedAllocator::Allocate(std::size_t bytes) {
  if (bytes > bytes_max_ || !reserve(bytes)) return nullptr;
  void* data = std::calloc(1, std::max<std::size_t>(bytes, 1));
  if (!data) used_ -= bytes;
  return data;
}

void* BoundedAllocator::AllocateUninitialized(std::size_t bytes) {
  if (bytes > bytes_max_ || !reserve(bytes)) return nullptr;
  void* data = std::malloc(std::max<std::size_t>(bytes, 1));
  if (!data) used_ -= bytes;
  return data;
}

void BoundedAllocator::Free(void* data, std::size_t bytes) {
  std::free(data);
  used_ -= bytes;
}

v8::ResourceConstraints constraints_of(const RealmOptions& options) {
  // Larger young generations make pauses longer and win nothing for short requests.
  constexpr std::size_t young_bytes_max = 8 * 1024 * 1024;
  v8::ResourceConstraints constraints;
  constraints.ConfigureDefaultsFromHeapSize(0, options.heap_bytes);
  const std::size_t young = std::min(constraints.max_young_generation_size_in_bytes(), young_bytes_max);
  constraints.set_max_young_generation_size_in_bytes(young);
  return constraints;
}

namespace {

// V8 needs room to unwind the script; one that keeps allocating while it unwinds gets no more of it for ever.
constexpr std::size_t headroom_bytes = 64 * 1024 * 1024;
constexpr int headroom_grants_max = 4;

std::size_t near_heap_limit(void* data, std::size_t current, std::size_t) {
  auto& state = *static_cast<Realm::State*>(data);
  if (state.headroom_grants == headroom_grants_max) return current;
  ++state.headroom_grants;
  state.heap_is_full = true;
  state.isolate->TerminateExecution();
  return current + headroom_bytes;
}

[[noreturn]] void end_process(const char* event, const char* location, const char* message) {
  log::write(LogLevel::error, event, message, {{"location", location ? location : ""}});
  log::flush();
  _exit(fatal_exit_code);
}

void out_of_memory(const char* location, const v8::OOMDetails& details) {
  end_process("script.out_of_memory", location,
              details.is_heap_oom ? "a script needs more memory at once than its heap may grow to"
                                  : "the system has no memory left for a script");
}

void fatal_error(const char* location, const char* message) {
  end_process("script.engine_failed", location, message);
}

}  // namespace

void install_memory_limits(Realm::State& state) {
  state.isolate->AddNearHeapLimitCallback(near_heap_limit, &state);
  state.isolate->SetOOMErrorHandler(out_of_memory);
  state.isolate->SetFatalErrorHandler(fatal_error);
}

std::uintptr_t stack_limit(std::size_t stack_bytes) {
  constexpr std::uintptr_t native_reserve = 64 * 1024;  // for C++ that a script calls at its deepest
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  pthread_attr_t attributes;
  void* lowest = nullptr;
  std::size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &lowest, &bytes);
    pthread_attr_destroy(&attributes);
  }
  const std::uintptr_t floor = reinterpret_cast<std::uintptr_t>(lowest) + native_reserve;
  return std::max(here - stack_bytes, floor);
}

}  // namespace edge::js
