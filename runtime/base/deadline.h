// Deadlines of a worker: one timer for all connections, armed by a store.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <vector>

#include "runtime/base/task.h"

namespace edge {

class TimerWheel;

/// One deadline, re-armed as often as its owner likes for the price of a store. `expired` runs once for each arming,
/// on the worker's thread, at most a wheel's tick late; it usually cancels a stream.
class Deadline {
 public:
  Deadline(TimerWheel& wheel, std::move_only_function<void()> expired);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  void expires_after(std::chrono::milliseconds delay);
  void disarm();

 private:
  friend class TimerWheel;
  TimerWheel& wheel_;
  std::move_only_function<void()> expired_;
  std::uint64_t due_ = 0;  ///< tick; 0: not armed
  Deadline* next_ = nullptr;
  Deadline** link_ = nullptr;  ///< what points here; null: in no slot
};

/// One for each worker. Its timer runs only while a deadline is in a slot, so that an idle process sleeps.
class TimerWheel {
 public:
  explicit TimerWheel(boost::asio::io_context& io);
  ~TimerWheel();
  static constexpr std::chrono::milliseconds tick{50};

 private:
  friend class Deadline;
  void insert(Deadline& deadline);
  void advance();
  void start();
  std::uint64_t now_tick() const;
  static constexpr std::size_t slots = 512;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor> timer_;
  std::vector<Deadline*> slots_;
  std::uint64_t at_ = 0;  ///< the last tick whose slot was visited
  std::size_t count_ = 0;
  bool running_ = false;
};

}  // namespace edge
