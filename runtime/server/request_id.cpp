// Request ids: a counter from a random start, mixed so that neighbours look unlike.
#include "runtime/server/request_id.h"

#include <sys/random.h>

#include <cstdint>

#include "runtime/base/error.h"

namespace edge::server {
namespace {

std::uint64_t random_start() {
  std::uint64_t start = 0;
  check(getrandom(&start, sizeof start, 0) == sizeof start);
  return start;
}

// A bijection of 64 bits (the finaliser of MurmurHash3), so ids stay unique.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace

std::string next_request_id() {
  // Started by the first request and so after the fork: no two workers share a start.
  static std::uint64_t counter = random_start();
  static constexpr char digits[] = "0123456789abcdef";
  std::uint64_t id = mix(++counter);
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; id >>= 4) text[i] = digits[id & 15];
  return text;
}

}  // namespace edge::server
