// Lets so many coroutines through at once; others wait in the order of their coming.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>

#include "runtime/base/task.h"

namespace edge::bindings {

class Turnstile : public std::enable_shared_from_this<Turnstile> {
 public:
  Turnstile(boost::asio::io_context& io, std::size_t room) : io_(io), room_(room) {}

  /// Gives its place to the next one when it goes.
  class Pass {
   public:
    explicit Pass(std::shared_ptr<Turnstile> turnstile) : turnstile_(std::move(turnstile)) {}
    Pass(Pass&&) noexcept = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (turnstile_) turnstile_->leave();
    }

   private:
    std::shared_ptr<Turnstile> turnstile_;
  };

  /// Nothing where there is no place now.
  static std::optional<Pass> try_enter(const std::shared_ptr<Turnstile>& turnstile);
  /// Waits for a place; throws when the wait is cancelled.
  static Task<Pass> enter(std::shared_ptr<Turnstile> turnstile);

 private:
  struct Waiter {
    explicit Waiter(boost::asio::io_context& io) : timer(io, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;
    bool admitted = false;
  };
  void leave();

  boost::asio::io_context& io_;
  std::size_t room_;
  std::deque<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace edge::bindings
