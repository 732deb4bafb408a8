// CPU limits of scripts: one thread looks at the visits of all Realms every few milliseconds and ends those
// that take too long. A visit costs its Realm's thread one atomic store at each end.
#pragma once

#include <v8.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace edge::js {

/// The visits of one Realm, as the watchdog sees them. Used on the Realm's thread alone.
class Watch {
 public:
  Watch(v8::Isolate* isolate, std::chrono::nanoseconds cpu_limit);
  ~Watch();
  Watch(const Watch&) = delete;

  void begin_visit();
  /// True when the visit was ended by the watchdog. V8 is told to go on as before.
  bool end_visit();
  /// True from the moment the watchdog decided to end the running visit.
  [[nodiscard]] bool expired() const;
  /// Of the running visit and of those to come. The clock starts when the watchdog first sees a visit, so at
  /// most a tick late.
  void limit(std::chrono::nanoseconds cpu_limit);

 private:
  friend class Watchdog;
  // The number of the visit above two bits that say where it is: a visit that has begun anew is told from the
  // one the watchdog has been watching.
  static constexpr std::uint64_t inside = 1;
  static constexpr std::uint64_t doomed = 2;
  static constexpr std::uint64_t phase_mask = 3;
  static constexpr std::uint64_t one_visit = 4;

  v8::Isolate* isolate_;
  clockid_t clock_{};
  std::uint64_t number_ = 0;
  std::atomic<std::uint64_t> visit_{0};
  std::atomic<std::int64_t> limit_;
  std::atomic<bool> told_{false};  ///< the watchdog has called TerminateExecution()
  // The watchdog's own notes.
  std::uint64_t seen_ = 0;
  std::int64_t cpu_at_start_ = 0;
  std::int64_t cpu_at_end_ = 0;
};

/// Starts and ends the thread; for js/engine.cpp.
void start_watchdog();
void stop_watchdog();

}  // namespace edge::js
