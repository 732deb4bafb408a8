// One deadline for a read and a write that may both be waiting.
#include "runtime/http/io_deadline.h"

#include <doctest/doctest.h>

#include "tests/http/loopback.h"

using namespace edge;
using namespace std::chrono_literals;

TEST_CASE("io deadline: the end of a write leaves a waiting read its time") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  int expirations = 0;
  Deadline deadline(wheel, [&] { ++expirations; });
  http::IoDeadline timing(deadline);
  timing.read_begins(50ms);
  timing.write_begins(10s);
  timing.write_ended();
  io.run();
  CHECK(expirations == 1);
}

TEST_CASE("io deadline: when both have ended, nothing expires") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  int expirations = 0;
  Deadline deadline(wheel, [&] { ++expirations; });
  http::IoDeadline timing(deadline);
  timing.read_begins(50ms);
  timing.write_begins(50ms);
  timing.read_ended();
  timing.write_ended();
  io.run();
  CHECK(expirations == 0);
}
