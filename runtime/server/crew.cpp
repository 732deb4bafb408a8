// Keeping a generation's workers alive, with a pause that grows while they crash as soon as they start.
#include "runtime/server/crew.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include "runtime/base/log.h"

namespace edge::server {
namespace {

// A worker that lived this long did not die of its start: its successor starts at once.
constexpr std::chrono::seconds long_life{10};
constexpr std::chrono::milliseconds first_pause{250}, longest_pause{15'000};
// The worker ends itself at drain_timeout; a worker that cannot is killed a little later.
constexpr std::chrono::seconds kill_delay{2};

std::string cause_of_death(int status) {
  if (WIFSIGNALED(status)) return std::string("signal ") + strsignal(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Crew::Crew(std::unique_ptr<Generation> generation, ListeningSockets sockets,
           const HandlerFactory& make_handler)
    : generation_(std::move(generation)),
      sockets_(std::move(sockets)),
      make_handler_(make_handler),
      slots_(static_cast<std::size_t>(generation_->config().workers)) {}

Crew::~Crew() {
  kill_all();
  for (const Worker& worker : workers_) waitpid(worker.process.pid, nullptr, 0);
}

Result<> Crew::start(std::function<void()> close_inherited) {
  close_inherited_ = std::move(close_inherited);
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    if (auto started = start_worker(slot); !started) return started;
  return {};
}

Result<> Crew::start_worker(std::size_t slot) {
  const std::vector<int> own = sockets_.of(slot);
  const auto close_others = [&] {
    close_inherited_();
    for (const int fd : sockets_.all())
      if (std::ranges::find(own, fd) == own.end()) close(fd);
  };
  auto process = start_worker_process({.generation = *generation_,
                                       .make_handler = make_handler_,
                                       .sockets = own,
                                       .close_inherited = close_others});
  if (!process) return std::unexpected(std::move(process.error()));
  workers_.push_back({.process = std::move(*process), .slot = slot, .started = Clock::now(), .kill_at = {}});
  return {};
}

bool Crew::ready() const {
  const auto ready =
      std::ranges::count_if(workers_, [](const Worker& worker) { return worker.ready && !worker.kill_at; });
  return static_cast<std::size_t>(ready) == slots_.size();
}

void Crew::append_fds(std::vector<int>& fds) const {
  for (const Worker& worker : workers_)
    if (worker.process.reports.fd() >= 0) fds.push_back(worker.process.reports.fd());
}

void Crew::append_order_fds(std::vector<int>& fds) const {
  for (const Worker& worker : workers_) fds.push_back(worker.process.orders.fd());
}

bool Crew::tell_expiring(const ExpiryNotice& notice) const {
  return std::ranges::any_of(workers_, [&](const Worker& worker) {
    return worker.ready && !worker.kill_at && worker.process.orders.tell_expiring(notice);
  });
}

void Crew::read_reports() {
  // A report may start a worker, which goes to the list's end: nothing that is walked moves.
  for (Worker& worker : workers_)
    while (const auto report = worker.process.reports.next()) handle(worker, *report);
}

void Crew::handle(Worker& worker, const WorkerReport& report) {
  switch (report.kind) {
    case WorkerReport::Kind::ready:
      worker.ready = true;
      generation_->watch(report.texts);
      return;
    case WorkerReport::Kind::failed:
      // Who waits for the first start hears it from failure().
      if (keeping_alive_)
        log::write(LogLevel::error, "worker.failed", report.texts.at(0),
                   {{"worker", worker.slot}, {"pid", worker.process.pid}});
      else if (!failure_)
        failure_ = Error{report.error, report.texts.at(0)};
      return;
    case WorkerReport::Kind::list_found:
      found_lists_.push_back(report.texts.at(0));
      return;
    case WorkerReport::Kind::client_expiring:
      expiring_clients_.push_back(client_of(report.texts));
      return;
    case WorkerReport::Kind::condemned:
      if (worker.kill_at || draining_) return;
      drain(worker);
      slots_[worker.slot].start_at = Clock::now();
      return;
  }
}

bool Crew::exited(pid_t pid, int status) {
  const auto at =
      std::ranges::find_if(workers_, [&](const Worker& worker) { return worker.process.pid == pid; });
  if (at == workers_.end()) return false;
  while (const auto report = at->process.reports.next()) handle(*at, *report);
  const bool expected = at->kill_at.has_value() || draining_;
  const std::size_t slot = at->slot;
  const Clock::duration lived = Clock::now() - at->started;
  workers_.erase(at);
  if (expected) return true;
  const std::string cause = cause_of_death(status);
  if (!keeping_alive_) {
    if (!failure_) failure_ = Error{ErrorKind::io, "a worker ended while it started: " + cause};
    return true;
  }
  log::write(LogLevel::error, "worker.died", "a worker died and is replaced",
             {{"worker", slot}, {"pid", pid}, {"cause", cause}, {"crashes", slots_[slot].crashes + 1}});
  plan_restart(slot, lived);
  return true;
}

void Crew::plan_restart(std::size_t slot, Clock::duration lived) {
  Slot& state = slots_[slot];
  state.crashes = lived >= long_life ? 1 : state.crashes + 1;
  auto pause = Clock::duration::zero();
  if (state.crashes > 1) {
    pause = std::min<Clock::duration>(longest_pause,
                                      first_pause * (1 << std::min<std::size_t>(state.crashes - 2, 8)));
    log::write(LogLevel::error, "worker.crash_loop", "a worker keeps dying; its replacement waits",
               {{"worker", slot},
                {"crashes", state.crashes},
                {"pause_ms", std::chrono::duration_cast<std::chrono::milliseconds>(pause).count()}});
  }
  state.start_at = Clock::now() + pause;
}

void Crew::tend(Clock::time_point now) {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (draining_ || !slots_[slot].start_at || *slots_[slot].start_at > now) continue;
    slots_[slot].start_at.reset();
    if (auto started = start_worker(slot); !started) {
      log::write(LogLevel::error, "worker.not_started", started.error().message, {{"worker", slot}});
      plan_restart(slot, Clock::duration::zero());
    }
  }
  for (Worker& worker : workers_) {
    if (!worker.kill_at || *worker.kill_at > now) continue;
    log::write(LogLevel::warn, "worker.killed", "a worker did not end in time",
               {{"pid", worker.process.pid}});
    kill(worker.process.pid, SIGKILL);
    worker.kill_at = now + kill_delay;
  }
}

std::optional<Crew::Clock::time_point> Crew::next_due() const {
  std::optional<Clock::time_point> due;
  const auto consider = [&](const std::optional<Clock::time_point>& at) {
    if (at && (!due || *at < *due)) due = at;
  };
  for (const Slot& slot : slots_)
    if (!draining_) consider(slot.start_at);
  for (const Worker& worker : workers_) consider(worker.kill_at);
  return due;
}

void Crew::drain(Worker& worker) {
  if (worker.kill_at) return;
  kill(worker.process.pid, SIGTERM);
  worker.kill_at = Clock::now() + generation_->config().limits.drain_timeout + kill_delay;
}

void Crew::drain() {
  draining_ = true;
  for (Worker& worker : workers_) drain(worker);
}

void Crew::kill_all() {
  draining_ = true;
  for (const Worker& worker : workers_) kill(worker.process.pid, SIGKILL);
}

bool Crew::empty() const { return workers_.empty(); }

}  // namespace edge::server
