// Deadlines of a worker: one timer for all connections, armed by a store.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/base/task.h"

namespace edge {

class TimerWheel;

/// One deadline, re-armed as often as its owner likes for the price of a store. `expired` runs once for each
/// arming, on the worker's thread, at most a wheel's tick late; it usually cancels a stream. It may destroy
/// any Deadline, its own as the last thing it does.
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
  void unlink();
  std::uint64_t due_ = 0;    ///< tick; 0: not armed
  std::uint64_t visit_ = 0;  ///< the tick at which its slot is visited; arming for later leaves it there
  Deadline* next_ = nullptr;
  Deadline** link_ = nullptr;  ///< what points here; null: in no slot
};

/// A hashed timer wheel, one for each worker. Its timer runs only while a deadline is in a slot, and then
/// only to the next slot that holds one, so that an idle process sleeps.
class TimerWheel {
 public:
  explicit TimerWheel(boost::asio::io_context& io);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  static constexpr std::chrono::milliseconds tick{50};

 private:
  friend class Deadline;
  using Clock = std::chrono::steady_clock;
  void insert(Deadline& deadline);
  void removed();
  void advance();
  void visit(std::uint64_t at);
  void sleep_until(std::uint64_t at);
  void sleep_to_next();
  [[nodiscard]] std::uint64_t now_tick() const;
  static constexpr std::size_t slots = 512;
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> timer_;
  Clock::time_point start_ = Clock::now();
  std::vector<Deadline*> slots_;
  std::uint64_t at_ = 0;    ///< the last tick whose slot was visited
  std::uint64_t wake_ = 0;  ///< the tick the timer waits for; 0: it does not run
  std::size_t count_ = 0;   ///< deadlines in slots
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  ///< false once a queued wait must not touch the wheel
};

}  // namespace edge
