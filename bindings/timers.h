// setTimeout() and setInterval(): the timers of one Realm, each belonging to the event that set it.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <memory>
#include <set>

#include "runtime/js/realm.h"

namespace edge::bindings {

class Host;

/// One Asio timer, armed for the earliest. A timer that fires calls `entries.timer(id)` in a visit of its
/// own.
class Timers {
 public:
  static constexpr std::size_t timers_per_event = 10'000;

  explicit Timers(Host& host);
  /// False when the event has timers_per_event already.
  [[nodiscard]] bool start(js::EventId event, std::uint32_t id, std::chrono::nanoseconds delay, bool repeats);
  void stop(std::uint32_t id);
  /// Stops all of an event, and tells JavaScript, which holds their callbacks. Not inside a visit.
  void forget(js::EventId event);
  [[nodiscard]] std::size_t size() const { return timers_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    js::EventId event;
    Clock::time_point due;
    std::optional<std::chrono::nanoseconds> interval;
  };
  void arm();
  void fire();
  void visit(js::EventId event, std::uint32_t id);

  Host& host_;
  boost::unordered_flat_map<std::uint32_t, Entry> timers_;
  std::set<std::pair<Clock::time_point, std::uint32_t>> queue_;
  boost::unordered_flat_map<js::EventId, std::size_t> counts_;
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> timer_;
  Clock::time_point armed_for_ = Clock::time_point::max();
  std::shared_ptr<Timers*> self_;  ///< emptied when the timers end, for a completion that is on its way
};

}  // namespace edge::bindings
