// Lets one coroutine wait for what a native brings about.
#include "bindings/gate.h"

#include <boost/asio/as_tuple.hpp>
#include <utility>

#include "runtime/base/error.h"

namespace edge::bindings {
Task<bool> Gate::wait(std::chrono::milliseconds at_most) {
  if (!is_open_) {
    check(!std::exchange(has_waiter_, true));
    timer_.expires_after(at_most);
    co_await timer_.async_wait(boost::asio::as_tuple(in_task));
    has_waiter_ = false;  // no guard's work: a frame that is destroyed instead may outlive the gate
  }
  co_return std::exchange(is_open_, false);
}

Task<> Gate::wait() {
  if (!is_open_) {
    check(!std::exchange(has_waiter_, true));
    if (timer_.expiry() != Timer::time_point::max()) timer_.expires_at(Timer::time_point::max());
    co_await timer_.async_wait(boost::asio::as_tuple(in_task));
    has_waiter_ = false;  // no guard's work: a frame that is destroyed instead may outlive the gate
  }
  is_open_ = false;
}

void Gate::open() {
  is_open_ = true;
  if (has_waiter_) timer_.cancel();
}

}  // namespace edge::bindings
