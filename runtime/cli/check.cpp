// `edge-run check`: every site is looked at, whatever is wrong with the one before.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "runtime/base/options.h"
#include "runtime/cli/check_metrics.h"
#include "runtime/cli/check_site.h"
#include "runtime/cli/commands.h"
#include "runtime/server/alert_queue.h"
#include "runtime/server/ticket_secrets.h"

namespace edge::cli {
namespace {

enum class Form : std::uint8_t { text, json, metrics };

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

Result<Form> form_of(std::vector<std::string>& words) {
  const bool as_json = std::erase(words, "--json") > 0;
  const bool as_metrics = std::erase(words, "--metrics") > 0;
  if (as_json && as_metrics)
    return fail(ErrorKind::usage, "--json and --metrics both say what check prints; give one of them");
  return as_json ? Form::json : as_metrics ? Form::metrics : Form::text;
}

/// A configuration that no site of can be looked at.
std::unexpected<Error> refuse(Form form, const Error& error) {
  if (form == Form::json) print(failure_json(error));
  return std::unexpected(error);
}

}  // namespace

Result<int> run_check(Arguments arguments) {
  std::vector<std::string> words(arguments.begin(), arguments.end());
  const auto form = form_of(words);
  if (!form) return std::unexpected(form.error());
  const bool is_strict = std::erase(words, "--strict") > 0;
  const auto config = read_config(words);
  if (!config) return refuse(*form, config.error());
  if (const auto webhook = server::load_webhook(*config); !webhook) return refuse(*form, webhook.error());
  if (const auto secrets = server::load_ticket_secrets(*config); !secrets)
    return refuse(*form, secrets.error());
  const std::int64_t now = std::time(nullptr);
  std::vector<SiteReport> reports;
  std::size_t problems = 0;
  for (const SiteConfig& site : config->sites) {
    SiteReport& report = reports.emplace_back(check_site(site, *config, now));
    (is_strict ? report.problems : report.warnings).append_range(report.findings);
    problems += report.problems.size();
  }
  switch (*form) {
    case Form::text:
      print(report_text(*config, reports));
      break;
    case Form::json:
      print(report_json(*config, reports));
      break;
    case Form::metrics:
      print(metrics_text(*config, reports, now));
  }
  if (problems == 0) return 0;
  return fail(ErrorKind::config,
              problems == 1 ? "1 problem was found" : std::to_string(problems) + " problems were found");
}

}  // namespace edge::cli
