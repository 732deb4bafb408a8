// `edge-run serve`: the supervisor, with configurations from the command line and handlers played by scripts.
#include <sys/prctl.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/dev_certs.h"
#include "runtime/cli/devtools.h"
#include "runtime/cli/origin_pull_ca.h"
#include "runtime/cli/script_handler.h"
#include "runtime/server/supervisor.h"

namespace edge::cli {
namespace {

struct Prepared {
  Config config;
  std::optional<DevCertificates> development;
};

Result<Prepared> prepare(Arguments arguments) {
  auto config = read_config(arguments);
  if (!config) return std::unexpected(std::move(config.error()));
  Prepared prepared{.config = std::move(*config), .development = std::nullopt};
  if (!wants_dev_certificates(prepared.config)) return prepared;
  auto certificates = use_dev_certificates(prepared.config, std::time(nullptr));
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  prepared.development = std::move(*certificates);
  return prepared;
}

/// Which file decides, and what of it is left out.
void tell_origin_of(const Config& config) {
  const std::string section = config.environment.empty() ? "" : ", env." + config.environment;
  if (!config.file.empty())
    log::write(LogLevel::info, "config.file", "options from " + config.file + section);
  for (const std::string& warning : config.warnings) log::write(LogLevel::warn, "config.left_out", warning);
  for (const SiteConfig& site : config.sites)
    if (const auto warning = shared_origin_pull_warning(site))
      log::write(LogLevel::warn, "config.shared_ca", *warning, {{"site", site.name}});
}

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::strtoul(url.c_str() + url.rfind(':') + 1, nullptr, 10));
}

/// A script that somebody looks at takes its time, and only one process can be looked at.
void prepare_to_inspect(Config& config) {
  config.workers = 0;
  constexpr std::chrono::hours long_enough{24};
  config.limits.handler_timeout = config.limits.wait_until_timeout = long_enough;
  config.limits.request_cpu = long_enough;
}

Result<std::unique_ptr<http::DevTools>> let_debuggers_in(const ListenAddress& address,
                                                         const std::vector<std::string>& words,
                                                         Config& config) {
  if (std::ranges::any_of(words, [](const std::string& word) { return word.starts_with("--workers"); }) &&
      config.workers != 0)
    return fail(ErrorKind::usage, "--inspect debugs one process: leave --workers out, or set it to 0");
  prepare_to_inspect(config);
  return open_devtools(address);
}

}  // namespace

Result<int> run_serve(Arguments arguments) {
  // Memory by 2 MiB at a time holds what nobody uses: 2 KiB for each idle connection, and 10 MiB for a
  // worker.
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  std::vector<std::string> words(arguments.begin(), arguments.end());
  const auto inspect = take_inspect(words);
  if (!inspect) return std::unexpected(inspect.error());
  auto prepared = prepare(words);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  const Config& config = prepared->config;
  log::configure({.format = config.log_format, .level = config.log_level, .access = config.access_log});
  tell_origin_of(config);
  std::unique_ptr<http::DevTools> devtools;
  if (*inspect) {
    auto open = let_debuggers_in(**inspect, words, prepared->config);
    if (!open) return std::unexpected(std::move(open.error()));
    devtools = std::move(*open);
  }
  return server::run_supervisor({
      .config = config,
      .make_handler = script_handlers(devtools.get()),
      .reread = [&words, &inspect]() -> Result<Config> {
        auto again = prepare(words);
        if (!again) return std::unexpected(std::move(again.error()));
        if (*inspect) prepare_to_inspect(again->config);
        tell_origin_of(again->config);
        return std::move(again->config);
      },
      .listening =
          [&](const std::vector<std::string>& urls) {
            // Standard output is the access log's.
            if (prepared->development && !urls.empty())
              std::fputs(dev_welcome(*prepared->development, prepared->config, port_of(urls.front())).c_str(),
                         stderr);
            for (const std::string& url : urls)
              log::write(LogLevel::info, "server.listening", "listening on " + url,
                         {{"workers", prepared->config.workers}});
          },
  });
}

}  // namespace edge::cli
