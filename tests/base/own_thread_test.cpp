// Work on a thread of its own: where it runs, and that it is waited for.
#include "runtime/base/own_thread.h"

#include <doctest/doctest.h>

TEST_CASE("own thread: the work runs on another thread, and is over when its result is there") {
  const auto here = std::this_thread::get_id();
  const auto there = edge::on_own_thread([] { return std::this_thread::get_id(); });
  REQUIRE(there.has_value());
  CHECK(*there != here);
}
