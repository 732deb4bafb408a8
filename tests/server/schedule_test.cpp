// The schedule: what is due runs once, in one worker, and not again while it runs.
#include "runtime/server/schedule.h"

#include <doctest/doctest.h>

#include <boost/asio/redirect_error.hpp>
#include <filesystem>
#include <vector>

#include "tests/server/serving.h"

namespace edge::server {
namespace {

struct Runs {
  std::vector<ScheduledRun> seen;
  bool hold = false;  ///< runs do not end
  boost::asio::steady_timer* held = nullptr;
};

class ScheduledHandler : public Handler {
 public:
  explicit ScheduledHandler(boost::asio::io_context& io, Runs& runs) : timer_(io), runs_(runs) {}
  Task<http::Response> fetch(http::Request&&) override { co_return http::Response{}; }
  Task<Result<>> scheduled(ScheduledRun run) override {
    runs_.seen.push_back(std::move(run));
    timer_.expires_after(std::chrono::hours(1));
    boost::system::error_code ignored;
    runs_.held = &timer_;
    if (runs_.hold) co_await timer_.async_wait(boost::asio::redirect_error(use_task, ignored));
    co_return Result<>();
  }
  [[nodiscard]] bool condemned() const override { return false; }

 private:
  boost::asio::steady_timer timer_;
  Runs& runs_;
};

/// A worker's schedule for one site.
struct Keeper {
  Keeper(const testing::Pki& pki, const std::string& folder, std::vector<std::string> crons) {
    SiteConfig site = pki.site("pub", {"pub.test"});
    site.crons = std::move(crons);
    config.sites = {site};
    std::vector<std::shared_ptr<const tls::Site>> all{
        tls::Site::load(config.sites[0], config.limits, {}).value()};
    sites = std::make_unique<tls::Sites>(std::move(all));
    REQUIRE(handlers.make(*sites));
    schedule = std::make_unique<Schedule>(io, handlers, *sites, folder);
  }
  ~Keeper() {
    if (runs.held) runs.held->cancel();
    run();
  }
  void run_due(std::int64_t now) {
    schedule->run_due(now);
    run();
  }
  void run() {
    io.restart();
    io.poll();
  }

  Runs runs;
  boost::asio::io_context io{1};
  TimerWheel wheel{io};
  Config config;
  std::unique_ptr<tls::Sites> sites;
  Handlers handlers{io, wheel, config, [this](const HandlerSetup&) -> Result<std::unique_ptr<Handler>> {
                      return std::make_unique<ScheduledHandler>(io, runs);
                    }};
  std::unique_ptr<Schedule> schedule;
};

std::int64_t next_minute() { return (std::time(nullptr) / 60 + 1) * 60; }

}  // namespace

TEST_CASE("schedule: what is due runs, once for each minute, with the time that it was due") {
  const testing::Pki pki;
  Keeper keeper(pki, pki.folder.string(), {"* * * * *", "0 0 30 2 *"});
  const auto minute = next_minute();
  keeper.run_due(minute - 1);
  CHECK(keeper.runs.seen.empty());
  keeper.run_due(minute + 5);
  keeper.run_due(minute + 20);
  REQUIRE(keeper.runs.seen.size() == 1);
  CHECK(keeper.runs.seen[0].cron == "* * * * *");
  CHECK(keeper.runs.seen[0].time_ms == minute * 1000);
  keeper.run_due(minute + 60);
  CHECK(keeper.runs.seen.size() == 2);
}

TEST_CASE("schedule: of many workers one runs it, and another when that one stops") {
  const testing::Pki pki;
  Keeper first(pki, pki.folder.string(), {"* * * * *"});
  Keeper second(pki, pki.folder.string(), {"* * * * *"});
  const auto minute = next_minute();
  first.run_due(minute);
  second.run_due(minute);
  CHECK(first.runs.seen.size() == 1);
  CHECK(second.runs.seen.empty());
  first.run_due(minute + 60);
  first.schedule->stop();
  second.run_due(minute + 60);
  CHECK(second.runs.seen.empty());  // that minute was the first one's
  second.run_due(minute + 120);
  CHECK(second.runs.seen.size() == 1);
}

TEST_CASE("schedule: a run that is not over keeps the next one back") {
  const testing::Pki pki;
  Keeper keeper(pki, pki.folder.string(), {"* * * * *"});
  keeper.runs.hold = true;
  const auto minute = next_minute();
  keeper.run_due(minute);
  keeper.run_due(minute + 60);
  CHECK(keeper.runs.seen.size() == 1);
}

TEST_CASE("T63: a clock that jumps an hour or a year keeps no cron waiting, and runs what is due once") {
  const testing::Pki pki;
  constexpr std::int64_t hour = 3600, year = 365 * 24 * hour;
  for (const std::int64_t jump : {hour, year, -hour, -year}) {
    CAPTURE(jump);
    Keeper keeper(pki, pki.file("schedule" + std::to_string(jump)), {"* * * * *"});
    const auto minute = next_minute();
    keeper.run_due(minute);
    CHECK(keeper.runs.seen.size() == 1);
    keeper.run_due(minute + jump);
    keeper.run_due(minute + jump + 60);
    keeper.run_due(minute + jump + 120);
    const std::size_t runs = keeper.runs.seen.size();
    CHECK(runs >= 3);
    CHECK(runs <= 4);
    // And as before, once it is set right.
    keeper.run_due(minute + 180);
    keeper.run_due(minute + 240);
    CHECK(keeper.runs.seen.size() > runs);
    CHECK(keeper.runs.seen.size() <= runs + 2);
  }
}

}  // namespace edge::server
