// Runs handlers that no request asks for. Scheduled ones when the crons of their sites say so, in one worker
// of all that share a state folder; those for certificates that expire soon in the worker that is told.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/cron.h"
#include "runtime/server/expiry_watch.h"
#include "runtime/server/handlers.h"
#include "runtime/tls/site.h"

namespace edge::server {

/// Who holds the lock keeps the schedule. It is a file's, so it goes with the process that has it, and new
/// workers take over from those that drain. The file holds the last minute that was run, so that none is run
/// twice.
class ScheduleLock {
 public:
  explicit ScheduleLock(std::string path) : path_(std::move(path)) {}
  ~ScheduleLock() { release(); }
  ScheduleLock(const ScheduleLock&) = delete;
  /// Takes the lock where nobody else has it.
  Result<bool> hold();
  void release();
  [[nodiscard]] std::int64_t last_minute() const;
  void set_last_minute(std::int64_t seconds);

 private:
  std::string path_;
  int fd_ = -1;
};

/// What is due while its last run still goes on is left out, and so is what was due while no worker ran.
class Schedule {
 public:
  Schedule(boost::asio::io_context& io, Handlers& handlers, const tls::Sites& sites,
           const std::string& folder);
  Schedule(const Schedule&) = delete;

  void start();
  /// What runs goes on.
  void stop();
  /// Starts what has come due by `now` (seconds since 1970).
  void run_due(std::int64_t now);
  /// Runs certificateExpiring of the sites that the alert is about.
  void tell_expiring(const ExpiryNotice& notice);

 private:
  struct Row {
    const tls::Site& site;
    std::string expression;
    Cron cron;
    std::int64_t due;
    bool runs = false;
  };
  void run(Row& row, std::int64_t due);
  void wait();

  boost::asio::io_context& io_;
  Handlers& handlers_;
  const tls::Sites& sites_;
  std::vector<std::unique_ptr<Row>> rows_;
  ScheduleLock lock_;
  std::int64_t seen_ = 0;  ///< the last time that run_due() was told
  boost::asio::steady_timer timer_;
};

}  // namespace edge::server
