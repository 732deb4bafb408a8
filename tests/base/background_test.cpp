// Work beside the event loop.
#include "runtime/base/background.h"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

namespace edge {

namespace asio = boost::asio;

TEST_CASE("background: work runs on another thread, and what it returns comes back on the loop's") {
  asio::io_context io;
  const auto loop = std::this_thread::get_id();
  std::optional<std::thread::id> worked_on, ended_on;
  asio::co_spawn(io, in_background(io, [] { return std::this_thread::get_id(); }),
                 [&](const std::exception_ptr&, std::thread::id id) {
                   worked_on = id;
                   ended_on = std::this_thread::get_id();
                 });
  io.run();
  REQUIRE(worked_on);
  CHECK(*worked_on != loop);
  CHECK(*ended_on == loop);
}

TEST_CASE("background: what work throws is thrown on the loop") {
  asio::io_context io;
  bool failed = false;
  asio::co_spawn(io, in_background(io, []() -> int { throw std::runtime_error("no"); }),
                 [&](const std::exception_ptr& error, int) { failed = error != nullptr; });
  io.run();
  CHECK(failed);
}

TEST_CASE("background: a loop that ends waits for work that has begun, and drops what has not") {
  std::atomic<int> done = 0;
  {
    asio::io_context io;
    for (int i = 0; i < 100; ++i) {
      auto work = [&done] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return ++done;
      };
      asio::co_spawn(io, in_background(io, work), [](const std::exception_ptr&, int) {});
    }
    io.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const int done_at_end = done;
  CHECK(done_at_end < 100);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(done == done_at_end);
}

}  // namespace edge
