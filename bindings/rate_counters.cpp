// Counts in shared memory: a counter is one number of period, owner and count, changed by compare and swap.
#include "bindings/rate_counters.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "runtime/base/error.h"

namespace edge::bindings {

namespace {

constexpr int count_bits = 20, owner_bits = 20;
constexpr std::uint64_t count_max = (1u << count_bits) - 1;

/// The bits above a counter's count: which period of which length, and whose it is.
std::uint64_t tag_of(std::int64_t now, std::chrono::seconds period, std::uint64_t owner) {
  const bool is_long = period.count() == 60;
  const auto number = static_cast<std::uint64_t>(now / period.count());
  return (((number << 1) | (is_long ? 1 : 0)) << owner_bits) | (owner & ((1u << owner_bits) - 1));
}

/// The period alone, as a counter keeps it.
constexpr std::uint64_t period_mask = ((std::uint64_t{1} << (64 - count_bits - owner_bits)) - 1);
std::uint64_t period_of(std::uint64_t counter) { return counter >> (count_bits + owner_bits); }

bool is_current(std::uint64_t counter, std::int64_t now) {
  for (const auto period : {std::chrono::seconds(10), std::chrono::seconds(60)})
    if (period_of(counter) == ((tag_of(now, period, 0) >> owner_bits) & period_mask)) return true;
  return false;
}

}  // namespace

std::shared_ptr<RateCounters> RateCounters::make() {
  void* memory = mmap(nullptr, sizeof(Groups), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  return std::shared_ptr<RateCounters>(new RateCounters(new (memory) Groups{}));
}

RateCounters::RateCounters(Groups* shared) : groups_(shared) {
  check(RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) == 1);
}

RateCounters::~RateCounters() { munmap(groups_, sizeof(Groups)); }

std::uint64_t RateCounters::hash_of(std::string_view space, std::string_view key) const {
  std::string text(reinterpret_cast<const char*>(secret_.data()), secret_.size());
  text.append(space).append(1, '\0').append(key);
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

bool RateCounters::pass(const RateLimit& limit, std::string_view key, std::int64_t now) {
  const std::uint64_t hash = hash_of(limit.namespace_id, key);
  auto& group = (*groups_)[hash % groups];
  const std::uint64_t tag = tag_of(now, limit.period, hash / groups) & (~std::uint64_t{0} >> count_bits);
  for (;;) {
    Counter* place = nullptr;
    std::uint64_t seen = 0;
    std::uint64_t least = ~std::uint64_t{0};
    for (Counter& counter : group) {
      const std::uint64_t value = counter.load();
      const bool is_own = value >> count_bits == tag;
      const std::uint64_t cost = is_own ? 0 : is_current(value, now) ? 2 + (value & count_max) : 1;
      if (cost >= least) continue;
      least = cost;
      place = &counter;
      seen = value;
    }
    const std::uint64_t count = seen >> count_bits == tag ? seen & count_max : 0;
    if (count >= std::min<std::uint64_t>(limit.limit, count_max)) return false;
    // Another process that counts at the same moment has changed it: look again.
    if (place->compare_exchange_strong(seen, (tag << count_bits) | (count + 1))) return true;
  }
}

}  // namespace edge::bindings
