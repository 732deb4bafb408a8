// Timers of scripts: one Asio timer for all of a Realm, armed for the earliest.
#include "bindings/timers.h"

#include <algorithm>
#include <vector>

#include "bindings/host.h"
#include "bindings/natives.h"
#include "runtime/base/log.h"
#include "runtime/js/turn.h"

namespace edge::bindings {

Timers::Timers(Host& host)
    : host_(host), timer_(host.world.io.get_executor()), self_(std::make_shared<Timers*>(this)) {}

bool Timers::start(js::EventId event, std::uint32_t id, std::chrono::nanoseconds delay, bool repeats) {
  stop(id);
  std::size_t& count = counts_[event];
  if (count >= timers_per_event) return false;
  ++count;
  const auto due = Clock::now() + delay;
  timers_[id] = {event, due, repeats ? std::optional(delay) : std::nullopt};
  queue_.emplace(due, id);
  arm();
  return true;
}

void Timers::stop(std::uint32_t id) {
  auto found = timers_.find(id);
  if (found == timers_.end()) return;
  queue_.erase({found->second.due, id});
  auto count = counts_.find(found->second.event);
  if (--count->second == 0) counts_.erase(count);
  timers_.erase(found);
}

void Timers::forget(js::EventId event) {
  if (!counts_.contains(event)) return;
  std::vector<std::uint32_t> ids;
  for (const auto& [id, entry] : timers_)
    if (entry.event == event) ids.push_back(id);
  js::Turn turn(host_.realm());
  for (std::uint32_t id : ids) {
    stop(id);
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(turn.isolate(), id)};
    (void)turn.call("dropTimer", arguments);
  }
}

void Timers::arm() {
  const auto earliest = queue_.empty() ? Clock::time_point::max() : queue_.begin()->first;
  if (earliest >= armed_for_) return;
  armed_for_ = earliest;
  timer_.expires_at(earliest);
  timer_.async_wait([self = std::weak_ptr(self_)](const boost::system::error_code& error) {
    if (auto alive = self.lock(); alive && !error) (*alive)->fire();
  });
}

void Timers::fire() {
  armed_for_ = Clock::time_point::max();
  // What a timer's visit starts with no delay waits for the next round: other work of the worker comes
  // between.
  const auto now = Clock::now();
  std::vector<std::uint32_t> due;
  for (const auto& [time, id] : queue_) {
    if (time > now) break;
    due.push_back(id);
  }
  for (std::uint32_t id : due) {
    auto found = timers_.find(id);
    if (found == timers_.end() || found->second.due > now) continue;
    const js::EventId event = found->second.event;
    if (found->second.interval) {
      queue_.erase({found->second.due, id});
      found->second.due = now + *found->second.interval;
      queue_.emplace(found->second.due, id);
    } else {
      stop(id);
    }
    visit(event, id);
  }
  arm();
}

void Timers::visit(js::EventId event, std::uint32_t id) {
  js::Turn turn(host_.realm(), event);
  v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(turn.isolate(), id)};
  if (turn.call("timer", arguments).IsEmpty() && !turn.terminated())
    log::write(LogLevel::error, "script.exception", turn.failure(), {{"site", host_.world.site.name}});
}

namespace {

js::Result<> start(js::Scope& scope, std::uint32_t id, double milliseconds, bool repeats) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  // A continuation that outlives its event starts nothing: nobody would stop it.
  const js::EventId event = scope.realm.current_event();
  if (!scope.realm.is_alive(event)) return {};
  // https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timer-initialisation-steps
  // DEPARTURE: an interval is at least a millisecond, so that it cannot keep a worker from everything else.
  constexpr double longest = 2147483647;
  double delay = milliseconds > 0 && milliseconds <= longest ? milliseconds : 0;
  if (repeats) delay = std::max(delay, 1.0);
  const auto nanoseconds = std::chrono::nanoseconds(static_cast<std::int64_t>(delay * 1e6));
  if (!Host::of(scope).timers.start(event, id, nanoseconds, repeats))
    return js::range_error("one request may have " + std::to_string(Timers::timers_per_event) +
                           " timers waiting at once");
  return {};
}

void stop(js::Scope& scope, std::uint32_t id) { Host::of(scope).timers.stop(id); }

constexpr js::Native table[] = {js::native<&start>("timerStart"), js::native<&stop>("timerStop")};

}  // namespace

constinit const std::span<const js::Native> timer_natives = table;

}  // namespace edge::bindings
