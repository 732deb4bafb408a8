// `edge-run trigger`: one scheduled run, by hand, in a process of its own.
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/script_handler.h"
#include "runtime/js/engine.h"

namespace edge::cli {
namespace {

/// The site and the cron that are meant; fails where that is not clear.
Result<std::pair<const SiteConfig*, std::string>> chosen(const Config& config) {
  std::vector<std::pair<const SiteConfig*, std::string>> all;
  std::string known;
  for (const SiteConfig& site : config.sites)
    for (const std::string& cron : site.crons) {
      all.emplace_back(&site, cron);
      known += (known.empty() ? "'" : ", '") + cron + "'";
    }
  if (all.size() == 1) return all.front();
  if (all.empty()) return fail(ErrorKind::usage, "no cron is configured: name one with --cron EXPRESSION");
  return fail(ErrorKind::usage, "there is more than one cron (" + known + "): choose with --cron EXPRESSION");
}

/// The scripts of all sites in this process: the one that is run may call the others.
class Scripts {
 public:
  explicit Scripts(const Config& config) : config_(config) {}

  Result<> make() {
    const server::HandlerFactory make_handler = script_handlers();
    for (const SiteConfig& site : config_.sites) {
      auto handler = make_handler({.io = io_,
                                   .wheel = wheel_,
                                   .site = site,
                                   .config = config_,
                                   .handler_of = [this](std::string_view name) { return find(name); }});
      if (!handler) return std::unexpected(std::move(handler.error()));
      handlers_[site.name] = std::move(*handler);
    }
    return {};
  }

  Result<> run(const SiteConfig& site, const std::string& cron) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::optional<Result<>> done;
    boost::asio::co_spawn(
        io_,
        find(site.name)->scheduled(
            {.cron = cron, .time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}),
        [&](const std::exception_ptr& exception, Result<> result) {
          done = exception ? fail(ErrorKind::script, "it threw an exception") : std::move(result);
        });
    while (!done) io_.run_one();
    return *done;
  }

 private:
  server::Handler* find(std::string_view name) {
    const auto found = handlers_.find(name);
    return found == handlers_.end() ? nullptr : found->second.get();
  }

  const Config& config_;
  boost::asio::io_context io_{1};
  TimerWheel wheel_{io_};
  std::map<std::string, std::unique_ptr<server::Handler>, std::less<>> handlers_;
};

}  // namespace

Result<int> run_trigger(Arguments arguments) {
  const auto config = read_config(arguments);
  if (!config) return std::unexpected(config.error());
  const auto run = chosen(*config);
  if (!run) return std::unexpected(run.error());
  const auto& [site, cron] = *run;
  log::configure({.format = config->log_format, .level = config->log_level, .access = false});
  {
    Scripts scripts(*config);
    if (auto made = scripts.make(); !made) return std::unexpected(std::move(made.error()));
    if (auto done = scripts.run(*site, cron); !done) {
      log::write(LogLevel::error, "schedule.failed", done.error().message,
                 {{"site", site->name}, {"cron", cron}});
      return 1;
    }
  }
  js::stop_engine();
  std::printf("site %s: the scheduled handler ran for '%s'\n", site->name.c_str(), cron.c_str());
  return 0;
}

}  // namespace edge::cli
