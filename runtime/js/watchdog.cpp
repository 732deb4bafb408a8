// CPU limits of scripts: one thread that reads the CPU clocks of threads which are inside a script.
#include "runtime/js/watchdog.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/js/engine.h"

namespace edge::js {

namespace {

constexpr std::chrono::milliseconds tick{2};
// Without a visit for so many ticks the thread sleeps until the next visit wakes it: an idle process uses no
// CPU.
constexpr int ticks_awake = 50;
// V8's own functions (normalize() of many megabytes) do not look whether they should end. A visit that goes
// on so much longer than its end costs the process.
constexpr std::int64_t grace_ns = 2'000'000'000;

std::int64_t cpu_time(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

}  // namespace

class Watchdog {
 public:
  Watchdog() : thread_([this] { run(); }) {}
  ~Watchdog() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void add(Watch& watch) {
    std::lock_guard lock(mutex_);
    watches_.push_back(&watch);
  }
  void remove(Watch& watch) {
    std::lock_guard lock(mutex_);
    std::erase(watches_, &watch);
  }
  void wake_if_asleep() {
    if (!asleep_.load()) return;
    {
      std::lock_guard lock(mutex_);
      asleep_ = false;
    }
    wake_.notify_one();
  }

 private:
  void run();
  bool look_at(Watch& watch);
  bool look_at_all() {
    return std::ranges::count_if(watches_, [this](Watch* watch) { return look_at(*watch); }) > 0;
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Watch*> watches_;
  std::atomic<bool> asleep_{false};
  bool stopping_ = false;
  std::thread thread_;
};

void Watchdog::run() {
  pthread_setname_np(pthread_self(), "edge-watchdog");
  std::unique_lock lock(mutex_);
  int idle_ticks = 0;
  while (!stopping_) {
    idle_ticks = look_at_all() ? 0 : idle_ticks + 1;
    if (idle_ticks < ticks_awake) {
      wake_.wait_for(lock, tick, [this] { return stopping_; });
      continue;
    }
    // A visit stores its number, then reads asleep_; here asleep_ is stored, then the numbers are read. One
    // of the two sees the other.
    asleep_ = true;
    if (!look_at_all()) wake_.wait(lock, [this] { return stopping_ || !asleep_; });
    asleep_ = false;
    idle_ticks = 0;
  }
}

/// Ends the visit that has used up its time. True when there was a visit since the last look.
bool Watchdog::look_at(Watch& watch) {
  std::uint64_t visit = watch.visit_.load();
  const std::uint64_t number = visit & ~Watch::phase_mask;
  const std::uint64_t phase = visit & Watch::phase_mask;
  if (phase == Watch::doomed) {
    if (cpu_time(watch.clock_) - watch.cpu_at_end_ < grace_ns) return true;
    log::write(LogLevel::error, "script.stuck",
               "a script did not end within 2 s after its CPU time was over");
    log::flush();
    _exit(fatal_exit_code);
  }
  if (number != watch.seen_) {
    watch.seen_ = number;
    if (phase == Watch::inside) watch.cpu_at_start_ = cpu_time(watch.clock_);
    return true;
  }
  if (phase != Watch::inside) return false;
  const std::int64_t now = cpu_time(watch.clock_);
  if (now - watch.cpu_at_start_ < watch.limit_.load(std::memory_order_relaxed)) return true;
  if (!watch.visit_.compare_exchange_strong(visit, number | Watch::doomed)) return true;
  watch.cpu_at_end_ = now;
  watch.isolate_->TerminateExecution();
  watch.told_ = true;
  return true;
}

namespace {
Watchdog* the_watchdog = nullptr;  // never deleted when the process just exits: scripts may still run then
}

void start_watchdog() {
  if (!the_watchdog) the_watchdog = new Watchdog;
}

void stop_watchdog() {
  delete the_watchdog;
  the_watchdog = nullptr;
}

Watch::Watch(v8::Isolate* isolate, std::chrono::nanoseconds cpu_limit)
    : isolate_(isolate), limit_(cpu_limit.count()) {
  check(pthread_getcpuclockid(pthread_self(), &clock_) == 0);
  check(the_watchdog);
  the_watchdog->add(*this);
}

Watch::~Watch() { the_watchdog->remove(*this); }

void Watch::begin_visit() {
  number_ += one_visit;
  visit_.store(number_ | inside);
  the_watchdog->wake_if_asleep();
}

bool Watch::expired() const { return (visit_.load(std::memory_order_relaxed) & phase_mask) == doomed; }

bool Watch::end_visit() {
  const std::uint64_t visit = visit_.exchange(number_);
  if ((visit & phase_mask) != doomed) return false;
  while (!told_.load()) std::this_thread::yield();
  told_ = false;
  isolate_->CancelTerminateExecution();
  return true;
}

void Watch::limit(std::chrono::nanoseconds cpu_limit) { limit_ = cpu_limit.count(); }

}  // namespace edge::js
