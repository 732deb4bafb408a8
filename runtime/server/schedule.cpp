// Waits for the minutes that crons name, and starts handlers.
#include "runtime/server/schedule.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>

#include "runtime/base/log.h"

namespace edge::server {

namespace {

/// A clock that is corrected by less is no other clock: two workers read it one after the other.
constexpr std::int64_t clock_step_seconds = 60;
constexpr std::int64_t never_seconds = 10LL * 366 * 24 * 60 * 60;  // what clocks can count to

}  // namespace

Result<bool> ScheduleLock::hold() {
  if (fd_ >= 0) return true;
  const int fd = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorKind::io, path_ + " cannot be opened: " + std::strerror(errno));
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
    fd_ = fd;
    return true;
  }
  close(fd);
  return false;
}

void ScheduleLock::release() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::int64_t ScheduleLock::last_minute() const {
  char text[32];
  const auto size = pread(fd_, text, sizeof text, 0);
  std::int64_t seconds = 0;
  if (size > 0) std::from_chars(text, text + size, seconds);
  return seconds;
}

void ScheduleLock::set_last_minute(std::int64_t seconds) {
  const std::string text = std::to_string(seconds) + "\n";
  if (pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    log::write(LogLevel::warn, "schedule.lock", path_ + " cannot be written: " + std::strerror(errno));
}

Schedule::Schedule(boost::asio::io_context& io, Handlers& handlers, const tls::Sites& sites,
                   const std::string& folder)
    : io_(io), handlers_(handlers), sites_(sites), lock_(folder + "/schedule.lock"), timer_(io) {
  const std::int64_t now = std::time(nullptr);
  for (const auto& site : sites.all()) {
    for (const std::string& expression : site->config().crons) {
      auto cron = Cron::parse(expression).value();  // the configuration was checked
      const auto due = cron.next(now);
      if (due) rows_.push_back(std::make_unique<Row>(Row{*site, expression, std::move(cron), *due}));
    }
  }
  if (!rows_.empty()) mkdir(folder.c_str(), 0700);
}

void Schedule::start() { wait(); }

void Schedule::stop() {
  rows_.clear();
  timer_.cancel();
  lock_.release();
}

void Schedule::wait() {
  if (rows_.empty()) return;
  // The clock of the wall may be set: it is looked at again before long, by a clock that nobody sets.
  constexpr std::chrono::milliseconds wait_max{30'000};
  const auto first = std::ranges::min_element(rows_, {}, [](const auto& row) { return row->due; });
  const std::chrono::system_clock::time_point due{std::chrono::seconds((*first)->due)};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::system_clock::now());
  timer_.expires_after(std::min(left, wait_max));
  timer_.async_wait([this](boost::system::error_code failed) {
    if (failed) return;
    run_due(std::time(nullptr));
    wait();
  });
}

void Schedule::run_due(std::int64_t now) {
  // A clock that was set back would leave every cron waiting for the time that was a mistake.
  if (now < seen_ - clock_step_seconds)
    for (const auto& row : rows_) row->due = row->cron.next(now).value_or(now + never_seconds);
  seen_ = now;
  std::vector<std::pair<Row*, std::int64_t>> due;
  for (const auto& row : rows_) {
    if (row->due > now) continue;
    due.emplace_back(row.get(), row->due);
    row->due = row->cron.next(now).value_or(now + never_seconds);
  }
  if (due.empty()) return;
  const auto held = lock_.hold();
  if (!held) return log::write(LogLevel::error, "schedule.lock", held.error().message);
  if (!*held) return;
  std::int64_t last = lock_.last_minute();
  if (last > now + clock_step_seconds) last = 0;
  for (const auto& [row, time] : due)
    if (time > last) run(*row, time);
  lock_.set_last_minute(std::ranges::max(due, {}, &std::pair<Row*, std::int64_t>::second).second);
}

void Schedule::run(Row& row, std::int64_t due) {
  const std::string& site = row.site.config().name;
  if (std::exchange(row.runs, true))
    return log::write(LogLevel::warn, "schedule.skipped", "the last run of this cron has not ended yet",
                      {{"site", site}, {"cron", row.expression}});
  log::write(LogLevel::info, "schedule.run", "the scheduled handler runs",
             {{"site", site}, {"cron", row.expression}});
  boost::asio::co_spawn(io_, handlers_.scheduled(row.site, {.cron = row.expression, .time_ms = due * 1'000}),
                        [this, at = &row, site, expression = row.expression](
                            const std::exception_ptr& exception, Result<> done) {
                          for (const auto& known : rows_)
                            if (known.get() == at) known->runs = false;
                          if (exception || !done)
                            log::write(LogLevel::error, "schedule.failed",
                                       exception ? "it threw an exception" : done.error().message,
                                       {{"site", site}, {"cron", expression}});
                        });
}

void Schedule::tell_expiring(const ExpiryNotice& notice) {
  for (const auto& site : sites_.all()) {
    const std::string& name = site->config().name;
    if (!std::ranges::contains(notice.sites, name)) continue;
    boost::asio::co_spawn(io_, handlers_.certificate_expiring(*site, notice.facts_for(name)),
                          [name](const std::exception_ptr& exception, Result<> done) {
                            if (exception || !done)
                              log::write(LogLevel::error, "expiry.handler_failed",
                                         exception ? "it threw an exception" : done.error().message,
                                         {{"site", name}});
                          });
  }
}

}  // namespace edge::server
