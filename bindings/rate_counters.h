// Counters of the rate-limit bindings, in memory that all workers of a server share.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/base/config.h"

namespace edge::bindings {

/// A table of fixed size without locks. Where many keys are in use at once, the counter with the least count
/// gives way to a new one: what is limited hardest is forgotten last.
class RateCounters {
 public:
  /// Before workers are forked: they share what was made. Null where the system has no memory for it.
  static std::shared_ptr<RateCounters> make();
  ~RateCounters();
  RateCounters(const RateCounters&) = delete;

  /// Counts one for the key in the limit's namespace, and says whether it is within the limit. Periods begin
  /// at multiples of their length.
  bool pass(const RateLimit& limit, std::string_view key, std::int64_t now);

 private:
  static constexpr std::size_t group_size = 8, groups = 8192;
  using Counter = std::atomic<std::uint64_t>;
  using Groups = std::array<std::array<Counter, group_size>, groups>;
  static_assert(Counter::is_always_lock_free, "processes share them");

  explicit RateCounters(Groups* shared);
  [[nodiscard]] std::uint64_t hash_of(std::string_view space, std::string_view key) const;

  Groups* groups_;
  std::array<std::uint8_t, 16> secret_{};  ///< nobody chooses keys that meet in one group
};

}  // namespace edge::bindings
