// What a coroutine waits at until ordinary code lets it pass.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "runtime/base/task.h"

namespace edge::bindings {

/// One waiter at a time. Opening it while nobody waits lets the next one pass at once.
class Gate {
 public:
  explicit Gate(boost::asio::io_context& io) : timer_(io.get_executor()) {}
  /// Passes when the gate is opened, or was since the last wait; false when `at_most` passed first.
  Task<bool> wait(std::chrono::milliseconds at_most);
  /// As above without a limit of its own: the owner has a Deadline that opens it.
  Task<> wait();
  void open();
  /// Forgets that it was opened.
  void close() { is_open_ = false; }

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Timer timer_;
  bool is_open_ = false;
  bool has_waiter_ = false;
};

}  // namespace edge::bindings
