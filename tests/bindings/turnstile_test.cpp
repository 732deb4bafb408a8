// So many at once, in their order, and nobody keeps a place who went away.
#include "bindings/turnstile.h"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

namespace edge::bindings {
namespace {

namespace asio = boost::asio;

struct Crowd {
  asio::io_context io{1};
  std::shared_ptr<Turnstile> turnstile = std::make_shared<Turnstile>(io, 2);
  std::vector<std::optional<Turnstile::Pass>> passes = std::vector<std::optional<Turnstile::Pass>>(5);
  std::vector<int> entered;

  void come(int number, asio::cancellation_slot slot = {}) {
    auto enter = [](Crowd& crowd, int who) -> Task<> {
      crowd.passes[who].emplace(co_await Turnstile::enter(crowd.turnstile));
      crowd.entered.push_back(who);
    };
    asio::co_spawn(io, enter(*this, number), asio::bind_cancellation_slot(slot, [](std::exception_ptr) {}));
    run();
  }
  void run() {
    io.restart();
    io.poll();
  }
};

}  // namespace

TEST_CASE("turnstile: who comes when it is full waits, and enters in order") {
  Crowd crowd;
  for (int i = 0; i < 5; ++i) crowd.come(i);
  CHECK(crowd.entered == std::vector{0, 1});
  crowd.passes[1].reset();
  crowd.run();
  CHECK(crowd.entered == std::vector{0, 1, 2});
  crowd.passes[0].reset();
  crowd.passes[2].reset();
  crowd.run();
  CHECK(crowd.entered == std::vector{0, 1, 2, 3, 4});
}

TEST_CASE("turnstile: a wait that is cancelled takes no place") {
  Crowd crowd;
  asio::cancellation_signal signal;
  crowd.come(0);
  crowd.come(1);
  crowd.come(2, signal.slot());
  crowd.come(3);
  signal.emit(asio::cancellation_type::terminal);
  crowd.run();
  crowd.passes[0].reset();
  crowd.run();
  CHECK(crowd.entered == std::vector{0, 1, 3});
}

}  // namespace edge::bindings
