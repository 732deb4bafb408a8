// The timer wheel: never early, once for each arming, asleep when there is nothing to wait for.
#include "runtime/base/deadline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

using namespace edge;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("deadline: does not expire early, and only once for each arming") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  int expirations = 0;
  const auto begin = Clock::now();
  Deadline deadline(wheel, [&] {
    ++expirations;
    CHECK(Clock::now() - begin >= 120ms);
  });
  deadline.expires_after(120ms);
  io.run();
  CHECK(expirations == 1);
  deadline.expires_after(0ms);
  io.restart();
  io.run();
  CHECK(expirations == 2);
}

TEST_CASE("deadline: disarmed or destroyed, it does not expire, and the loop has nothing left to wait for") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  int expirations = 0;
  Deadline disarmed(wheel, [&] { ++expirations; });
  disarmed.expires_after(60ms);
  disarmed.disarm();
  {
    Deadline destroyed(wheel, [&] { ++expirations; });
    destroyed.expires_after(60min);
  }
  io.run();
  CHECK(expirations == 0);
}

TEST_CASE("deadline: destroying the last one lets the loop end at once") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  auto deadline = std::make_unique<Deadline>(wheel, [] {});
  deadline->expires_after(60min);
  deadline.reset();
  io.run_for(10s);
  CHECK(io.stopped());
}

TEST_CASE("deadline: armed anew for later, it expires later only") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  int expirations = 0;
  const auto begin = Clock::now();
  Deadline deadline(wheel, [&] {
    ++expirations;
    CHECK(Clock::now() - begin >= 300ms);
  });
  deadline.expires_after(50ms);
  deadline.expires_after(300ms);
  io.run();
  CHECK(expirations == 1);
}

TEST_CASE("deadline: armed anew for earlier, it expires before what was armed first") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  std::vector<char> order;
  Deadline slow(wheel, [&] { order.push_back('s'); });
  Deadline quick(wheel, [&] { order.push_back('q'); });
  slow.expires_after(300ms);
  quick.expires_after(60s);
  quick.expires_after(50ms);
  io.run();
  CHECK(order == std::vector{'q', 's'});
}

TEST_CASE("deadline: what is armed beyond one turn of the wheel does not expire with the turn") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  int expirations = 0;
  Deadline far(wheel, [&] { ++expirations; });
  far.expires_after(TimerWheel::tick * 600);
  Deadline near(wheel, [&] { io.stop(); });
  near.expires_after(200ms);
  io.run();
  CHECK(expirations == 0);
}

TEST_CASE("deadline: expiring may destroy others of the same slot, and arm itself anew") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  std::vector<std::unique_ptr<Deadline>> others;
  int expirations = 0;
  for (int i = 0; i < 10; ++i)
    others.push_back(std::make_unique<Deadline>(wheel, [&] {
      ++expirations;
      others.clear();
    }));
  for (auto& other : others) other->expires_after(50ms);
  int rounds = 0;
  Deadline* self = nullptr;
  Deadline again(wheel, [&] {
    if (++rounds < 3) self->expires_after(1ms);
  });
  self = &again;
  again.expires_after(50ms);
  io.run();
  CHECK(expirations == 1);
  CHECK(rounds == 3);
}

TEST_CASE("deadline: a hundred of them expire in the order of their times") {
  boost::asio::io_context io;
  TimerWheel wheel(io);
  std::vector<int> order;
  std::vector<std::unique_ptr<Deadline>> deadlines;
  for (int i = 0; i < 100; ++i)
    deadlines.push_back(std::make_unique<Deadline>(wheel, [&, i] { order.push_back(i % 4); }));
  for (int i = 0; i < 100; ++i) deadlines[static_cast<std::size_t>(i)]->expires_after(110ms * (i % 4));
  io.run();
  CHECK(order.size() == 100);
  CHECK(std::ranges::is_sorted(order));
}
