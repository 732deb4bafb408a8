// Lets one coroutine wait for what a native brings about.
#include "bindings/gate.h"

#include <boost/asio/as_tuple.hpp>

#include "runtime/base/error.h"

namespace edge::bindings {
namespace {

/// The flag is lowered again however the wait ends.
struct Waiting {
  bool& flag;
  explicit Waiting(bool& flag) : flag(flag) {
    check(!flag);
    flag = true;
  }
  ~Waiting() { flag = false; }
};

}  // namespace

Task<bool> Gate::wait(std::chrono::milliseconds at_most) {
  if (!is_open_) {
    Waiting waiting(has_waiter_);
    timer_.expires_after(at_most);
    co_await timer_.async_wait(boost::asio::as_tuple(use_task));
  }
  co_return std::exchange(is_open_, false);
}

Task<> Gate::wait() {
  if (!is_open_) {
    Waiting waiting(has_waiter_);
    timer_.expires_at(Timer::time_point::max());
    co_await timer_.async_wait(boost::asio::as_tuple(use_task));
  }
  is_open_ = false;
}

void Gate::open() {
  is_open_ = true;
  if (has_waiter_) timer_.cancel();
}

}  // namespace edge::bindings
