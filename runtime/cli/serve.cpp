// `edge-run serve`: the supervisor, with configurations from the command line and handlers played by scripts.
#include <cstdio>
#include <ctime>

#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/dev_certs.h"
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

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::strtoul(url.c_str() + url.rfind(':') + 1, nullptr, 10));
}

}  // namespace

Result<int> run_serve(Arguments arguments) {
  auto prepared = prepare(arguments);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  const Config& config = prepared->config;
  log::configure({.format = config.log_format, .level = config.log_level, .access = config.access_log});
  return server::run_supervisor({
      .config = config,
      .make_handler = script_handlers(),
      .reread = [words = std::vector<std::string>(arguments.begin(), arguments.end())]() -> Result<Config> {
        auto again = prepare(words);
        if (!again) return std::unexpected(std::move(again.error()));
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
