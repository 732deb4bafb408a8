// Counters of rate limits: how many pass, for whom, and in processes that share them.
#include "bindings/rate_counters.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace std::chrono_literals;

namespace edge::bindings {
namespace {

const RateLimit three{.binding = "LOGIN", .namespace_id = "1001", .limit = 3, .period = 10s};

int passed(RateCounters& counters, const RateLimit& limit, std::string_view key, std::int64_t now,
           int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += counters.pass(limit, key, now) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("rate counters: no more pass than the limit, until the next period begins") {
  auto counters = RateCounters::make();
  CHECK(passed(*counters, three, "alice", 1'000'000, 9) == 3);
  CHECK(passed(*counters, three, "alice", 1'000'009, 9) == 0);
  CHECK(passed(*counters, three, "alice", 1'000'010, 9) == 3);
}

TEST_CASE(
    "rate counters: every namespace, period and key has its own, and bindings of one namespace have one") {
  auto counters = RateCounters::make();
  RateLimit other = three;
  other.namespace_id = "1002";
  RateLimit longer = three;
  longer.period = 60s;
  RateLimit same = three;
  same.binding = "ALSO";
  CHECK(passed(*counters, three, "c", 1'000'000, 5) == 3);
  CHECK(passed(*counters, three, "d", 1'000'000, 5) == 3);
  CHECK(passed(*counters, other, "c", 1'000'000, 5) == 3);
  CHECK(passed(*counters, longer, "c", 1'000'000, 5) == 3);
  CHECK(passed(*counters, same, "c", 1'000'000, 5) == 0);
}

TEST_CASE("rate counters: a flood of other keys does not free one that is limited") {
  auto counters = RateCounters::make();
  const RateLimit many{.binding = "LOGIN", .namespace_id = "1001", .limit = 100, .period = 60s};
  CHECK(passed(*counters, many, "attacker", 1'000'000, 150) == 100);
  for (int i = 0; i < 200'000; ++i) counters->pass(many, std::to_string(i), 1'000'000);
  CHECK(passed(*counters, many, "attacker", 1'000'000, 10) == 0);
}

TEST_CASE("rate counters: a forked process counts in the same memory") {
  auto counters = RateCounters::make();
  const pid_t child = fork();
  if (child == 0) _exit(passed(*counters, three, "alice", 1'000'000, 2));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 2);
  CHECK(passed(*counters, three, "alice", 1'000'000, 5) == 1);
}

}  // namespace edge::bindings
