// A visit to JavaScript, and what happens at its end: microtasks, unhandled rejections, limits.
#include "runtime/js/turn.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/js/compat.h"
#include "runtime/js/exception.h"
#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

/// Entering an isolate from outside costs V8 a lock and a search, entering it again almost nothing. So a
/// thread stays in the isolate that it visited last.
struct Residence {
  v8::Isolate* isolate = nullptr;
  int turns = 0;  ///< of all Realms of the thread, inside each other
};
thread_local Residence residence;

v8::Isolate* reside_in(v8::Isolate* isolate) {
  if (residence.turns++ == 0 && residence.isolate != isolate) {
    if (residence.isolate) residence.isolate->Exit();
    isolate->Enter();
    residence.isolate = isolate;
  }
  return isolate;
}

}  // namespace

void leave_for_good(v8::Isolate* isolate) {
  if (residence.isolate != isolate) return;
  isolate->Exit();
  residence.isolate = nullptr;
}

Turn::Turn(Realm& realm, EventId event)
    : realm_(realm),
      realm_isolate_(reside_in(realm.state().isolate)),
      isolate_scope_(realm_isolate_),
      handles_(realm_isolate_),
      context_(realm.state().context.Get(realm_isolate_)),
      context_scope_(context_),
      outer_event_(compat::continuation_data(realm_isolate_)) {
  auto& state = realm.state();
  if (state.depth++ == 0) state.begin_visit(event);
  compat::set_continuation_data(realm_isolate_, v8::Integer::NewFromUnsigned(realm_isolate_, event));
}

Turn::~Turn() {
  auto& state = realm_.state();
  if (state.depth == 1) state.end_visit();
  --state.depth;
  --residence.turns;
  compat::set_continuation_data(realm_isolate_, outer_event_);
  // Destructors of natives' objects may do anything, so they run when nothing else does.
  if (state.depth == 0 && !state.garbage.empty()) auto garbage = std::exchange(state.garbage, {});
}

v8::MaybeLocal<v8::Value> Turn::call(std::string_view entry, std::span<v8::Local<v8::Value>> arguments) {
  failure_.clear();
  v8::TryCatch caught(realm_isolate_);
  auto function = realm_.state().entry(context_, entry);
  if (function.IsEmpty()) {
    failure_ = "the bootstrap has no entry " + std::string(entry);
    return {};
  }
  v8::Local<v8::Value> result;
  const auto count = static_cast<int>(arguments.size());
  if (function->Call(context_, v8::Undefined(realm_isolate_), count, arguments.data()).ToLocal(&result))
    return result;
  if (!caught.HasTerminated()) failure_ = describe(realm_isolate_, context_, caught);
  return {};
}

bool Turn::terminated() const { return realm_.state().limit_was_hit(); }

void Turn::run_microtasks() {
  if (realm_.state().depth == 1) realm_.state().run_microtasks();
}

void Realm::State::run_microtasks() {
  // After a limit V8's checkpoint returns as if all were done, so the limit is what is asked.
  if (!limit_was_hit()) isolate->PerformMicrotaskCheckpoint();
}

void Realm::State::report_rejections() {
  // Scripts may listen and reject anew; what is rejected while this is told waits for the next visit.
  auto found = std::exchange(rejections, {});
  auto late = std::exchange(handled_late, {});
  for (auto& rejection : found) {
    if (!limit_was_hit()) report_rejection(rejection);
  }
  for (auto& rejection : late) {
    if (!limit_was_hit()) tell("rejectionHandled", rejection);
  }
  run_microtasks();
}

void Realm::State::report_rejection(Rejection& rejection) {
  if (rejection.promise.Get(isolate)->HasHandler() || tell("unhandledRejection", rejection)) return;
  auto reason = rejection.reason.Get(isolate);
  auto message = v8::Exception::CreateMessage(isolate, reason);
  log::write(LogLevel::error, "script.unhandled_rejection",
             describe(isolate, context.Get(isolate), reason, message));
}

bool Realm::State::tell(const char* entry_name, Rejection& rejection) {
  auto here = context.Get(isolate);
  auto listener = entry(here, entry_name);
  if (listener.IsEmpty()) return false;
  std::array<v8::Local<v8::Value>, 2> arguments{rejection.reason.Get(isolate),
                                                rejection.promise.Get(isolate)};
  compat::set_continuation_data(isolate, v8::Integer::NewFromUnsigned(isolate, rejection.event));
  v8::TryCatch caught(isolate);
  if (listener->Call(here, v8::Undefined(isolate), 2, arguments.data()).IsEmpty() && !limit_was_hit())
    log::write(LogLevel::error, "script.uncaught", describe(isolate, here, caught));
  return true;
}

void Realm::State::limit_cpu(std::chrono::nanoseconds limit) {
  cpu_limit = limit;
  if (!cpu_limit_is_suspended) watch->limit(limit);
}

void Realm::State::suspend_cpu_limit() {
  cpu_limit_is_suspended = true;
  watch->limit(std::chrono::nanoseconds::max());
}

void Realm::State::resume_cpu_limit() {
  cpu_limit_is_suspended = false;
  watch->limit(cpu_limit);
}

void Realm::State::condemn(std::string_view why) {
  if (condemned_why.empty()) condemned_why = why;
  if (!when_limited) return;
  boost::asio::post(io, [listener = std::weak_ptr(when_limited), event = visit_event] {
    if (auto callback = listener.lock()) (*callback)(event);
  });
}

namespace {

std::chrono::nanoseconds thread_cpu() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

// Reading a CPU clock is a system call. So the time between begin and end of visits, which is cheap and never
// less, is added up until it comes near the limit; from then on CPU time is, and only that counts.
void Realm::State::begin_visit(EventId event) {
  visit_event = event;
  if (options.frozen_clock) freeze_time();
  visit_begun = std::chrono::steady_clock::now();
  const bool is_summed = event != no_event && options.event_cpu.count() > 0;
  const auto found = is_summed ? events.find(event) : events.end();
  if (found != events.end() && found->second.time > options.event_cpu / 2) {
    constexpr std::chrono::nanoseconds nothing{0};
    cpu_at_begin = thread_cpu();
    const std::chrono::nanoseconds left = std::max(options.event_cpu - found->second.cpu, nothing);
    limit_cpu(std::min<std::chrono::nanoseconds>(left, options.turn_cpu));
  }
  watch->begin_visit();
}

void Realm::State::end_visit() {
  run_microtasks();
  if (!rejections.empty() || !handled_late.empty()) report_rejections();
  const bool cpu_was_used_up = watch->end_visit();
  if (const auto found = events.find(visit_event); found != events.end()) {
    found->second.time += std::chrono::steady_clock::now() - visit_begun;
    if (cpu_at_begin) found->second.cpu += thread_cpu() - *cpu_at_begin;
  }
  if (std::exchange(cpu_at_begin, std::nullopt)) limit_cpu(options.turn_cpu);
  if (options.frozen_clock) unfreeze_time();
  if (heap_is_full) {
    // The heap has got room to go on with; the next time it is full is another time.
    heap_is_full = false;
    isolate->CancelTerminateExecution();
    condemn("memory");
  } else if (cpu_was_used_up) {
    condemn("CPU");
  }
}

}  // namespace edge::js
