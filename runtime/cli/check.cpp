// `edge-run check`: every site is looked at, whatever is wrong with the one before.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "runtime/base/options.h"
#include "runtime/cli/check_site.h"
#include "runtime/cli/commands.h"
#include "runtime/server/alert_queue.h"
#include "runtime/server/ticket_secrets.h"

namespace edge::cli {
namespace {

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

Result<int> run_check(Arguments arguments) {
  std::vector<std::string> words(arguments.begin(), arguments.end());
  const bool as_json = std::erase(words, "--json") > 0;
  const bool is_strict = std::erase(words, "--strict") > 0;
  const auto config = read_config(words);
  if (!config) {
    if (as_json) print(failure_json(config.error()));
    return std::unexpected(config.error());
  }
  if (const auto webhook = server::load_webhook(*config); !webhook) {
    if (as_json) print(failure_json(webhook.error()));
    return std::unexpected(webhook.error());
  }
  if (const auto secrets = server::load_ticket_secrets(*config); !secrets) {
    if (as_json) print(failure_json(secrets.error()));
    return std::unexpected(secrets.error());
  }
  std::vector<SiteReport> reports;
  std::size_t problems = 0;
  for (const SiteConfig& site : config->sites) {
    SiteReport& report = reports.emplace_back(check_site(site, *config, std::time(nullptr)));
    (is_strict ? report.problems : report.warnings).append_range(report.findings);
    problems += report.problems.size();
  }
  print(as_json ? report_json(*config, reports) : report_text(*config, reports));
  if (problems == 0) return 0;
  return fail(ErrorKind::config,
              problems == 1 ? "1 problem was found" : std::to_string(problems) + " problems were found");
}

}  // namespace edge::cli
