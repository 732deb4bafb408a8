// `edge-run check`: every site is looked at, whatever is wrong with the one before.
#include <cstdio>
#include <ctime>

#include "runtime/base/options.h"
#include "runtime/cli/check_site.h"
#include "runtime/cli/commands.h"

namespace edge::cli {

Result<int> run_check(Arguments arguments) {
  const auto config = read_config(arguments);
  if (!config) return std::unexpected(config.error());
  std::vector<SiteReport> reports;
  std::size_t problems = 0;
  for (const SiteConfig& site : config->sites) {
    reports.push_back(check_site(site, *config, std::time(nullptr)));
    problems += reports.back().problems.size();
  }
  std::fputs(report_text(*config, reports).c_str(), stdout);
  if (problems == 0) return 0;
  std::fflush(stdout);
  return fail(ErrorKind::config,
              problems == 1 ? "1 problem was found" : std::to_string(problems) + " problems were found");
}

}  // namespace edge::cli
