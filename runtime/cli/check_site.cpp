// Each part of a site is read by the code that serves it, so that what passes here serves.
#include "runtime/cli/check_site.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <ctime>
#include <set>

#include "bindings/embedded.h"
#include "bindings/lint.h"
#include "bindings/type_script.h"
#include "bindings/worker.h"
#include "runtime/base/deadline.h"
#include "runtime/cli/origin_pull_ca.h"
#include "runtime/cli/private_folder.h"
#include "runtime/cli/script_handler.h"
#include "runtime/js/engine.h"
#include "runtime/js/module_source.h"
#include "runtime/server/list_sources.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/connector.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/expiry.h"
#include "runtime/tls/site.h"

namespace edge::cli {
namespace {

std::string date(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string name_text(const std::vector<tls::RelativeName>& name) {
  std::string text;
  for (const tls::RelativeName& relative : name)
    for (const tls::NameAttribute& attribute : relative)
      text += (text.empty() ? "" : ", ") + attribute.type + "=" + attribute.value;
  return text;
}

/// A line for each certificate of a file; `all` false: of its first.
void describe_certificates(SiteReport& report, std::string_view label, const std::string& file, bool all) {
  const auto pem = read_whole_file(file);
  if (!pem) return;
  const auto certificates = tls::certificates_from_pem(*pem, file);
  if (!certificates) return;
  for (const tls::X509Ptr& certificate : *certificates) {
    const auto details = tls::certificate_details(tls::certificate_to_der(certificate.get()));
    if (!details) continue;
    report.found.push_back(std::string(label) + file + ": " + name_text(details->subject) + ", until " +
                           date(details->not_after));
    if (!all) return;
  }
}

/// What a server with this configuration would tell in its log, and what has expired already.
void check_expiry(SiteReport& report, const SiteConfig& site, const Config& config, std::int64_t now) {
  const auto thresholds = tls::expiry_thresholds(config);
  for (const tls::DatedCertificate& one : tls::configured_certificates(site)) {
    const std::string what = one.file + ": " + one.subject + " (" + std::string(tls::name_of(one.use)) + ")";
    const std::int64_t days = tls::days_left(one, now);
    if (one.not_after < now)
      report.warnings.push_back(what + " expired on " + date(one.not_after));
    else if (tls::threshold_passed(one, thresholds, now))
      report.warnings.push_back(what + " expires on " + date(one.not_after) + ", in " +
                                counted(static_cast<std::size_t>(days), "day", "days"));
  }
}

void check_lists(SiteReport& report, const tls::Site& site, std::int64_t now) {
  std::vector<std::string> left_out;
  const auto signers = site.list_signers(now, &left_out);
  for (const std::string& why : left_out) report.warnings.push_back("crl_issuer: " + why);
  for (const std::string& source : site.config().client_crl) {
    const auto lists = server::read_source(source, signers, now);
    if (!lists) {
      report.problems.push_back(lists.error().message);
      continue;
    }
    for (const tls::Crl& list : *lists) {
      report.found.push_back("list         " + list.source + ": " +
                             counted(list.entries.size(), "certificate", "certificates") + " revoked by " +
                             list.issuer_name + ", issued " + date(list.this_update));
      if (list.next_update != 0 && list.next_update < now)
        report.warnings.push_back(
            list.source + ": a new list was due on " + date(list.next_update) +
            "; what it revokes stays revoked, the state of other certificates is \"unknown\"");
    }
  }
  for (const std::string& url : server::list_urls(site))
    report.found.push_back("list         " + url + ": fetched by serve");
}

void check_tls(SiteReport& report, const SiteConfig& config, const Limits& limits, std::int64_t now) {
  if (config.tls_cert.empty()) {
    report.found.emplace_back("certificate  development certificates, which serve makes");
    return;
  }
  const auto site = tls::Site::load(config, limits, {});
  if (!site) {
    report.problems.push_back(site.error().message);
    return;
  }
  describe_certificates(report, "certificate  ", config.tls_cert, false);
  for (const std::string& file : config.client_ca) describe_certificates(report, "client CA    ", file, true);
  check_lists(report, **site, now);
  if (auto warning = shared_origin_pull_warning(config)) report.warnings.push_back(std::move(*warning));
}

void check_origin(SiteReport& report, const SiteConfig& config) {
  if (config.origin.empty()) return;
  report.found.push_back("origin       " + config.origin);
  const auto connector = tls::Connector::load(
      {.ca_files = config.origin_ca, .cert_file = config.origin_cert, .key_file = config.origin_key});
  if (!connector) {
    report.problems.push_back(connector.error().message);
  } else if (!config.origin_cert.empty()) {
    describe_certificates(report, "shown to it  ", config.origin_cert, false);
  }
}

void check_mtls_certificates(SiteReport& report, const SiteConfig& config) {
  for (const MtlsCertificate& one : config.mtls_certificates) {
    if (const auto connector = tls::Connector::load(mtls_trust(config, one)); !connector)
      report.problems.push_back(connector.error().message);
    else
      describe_certificates(report, "binding      " + one.binding + ": ", one.cert, false);
  }
}

bool is_script(std::string_view path) {
  for (const std::string_view ending : {".js", ".mjs", ".cjs"})
    if (path.ends_with(ending)) return true;
  return js::is_type_script(path);
}

/// Known traps in the scripts among `files`. What does not start is not looked at: it has worse problems.
void lint_scripts(SiteReport& report, const std::set<std::string>& files) {
  bindings::TypeScript type_script("");
  for (const std::string& file : files) {
    if (!is_script(file)) continue;
    auto source = read_whole_file(file);
    if (source && js::is_type_script(file)) source = type_script.strip(file, *source);
    if (!source) {
      report.warnings.push_back(source.error().message);
      continue;
    }
    bindings::LintReport linted = bindings::lint(file, *source);
    report.findings.append_range(linted.findings);
    if (!linted.problem.empty()) report.warnings.push_back(linted.problem);
  }
}

void check_script(SiteReport& report, const SiteConfig& config, const Limits& limits) {
  js::start_engine({.stack_bytes = limits.stack_bytes});
  boost::asio::io_context io(1);
  TimerWheel wheel(io);
  // Namespaces in memory: a check leaves nothing behind.
  auto worker = bindings::Worker::make(io, wheel,
                                       {.site = config,
                                        .limits = limits,
                                        .client = nullptr,
                                        .kv_path = ":memory:",
                                        .snapshot = bindings::snapshot(),
                                        .source = {}});
  if (worker) {
    report.found.push_back("script       " + config.script + " starts");
    const auto files = (*worker)->files();
    worker->reset();
    lint_scripts(report, {files.begin(), files.end()});
  } else {
    report.problems.push_back(worker.error().message);
  }
}

std::string hosts_text(const SiteConfig& site) {
  std::string text;
  for (const std::string& host : site.hosts) text += (text.empty() ? "" : ", ") + host;
  return text.empty() ? "every host that no other site has" : text;
}

}  // namespace

SiteReport check_site(const SiteConfig& site, const Config& config, std::int64_t now) {
  constexpr std::string_view modes[] = {"clients      need no certificate",
                                        "clients      may show a certificate",
                                        "clients      need a good certificate"};
  SiteReport report;
  report.found.push_back("hosts        " + hosts_text(site));
  report.found.emplace_back(modes[static_cast<std::size_t>(site.client_auth)]);
  check_tls(report, site, config.limits, now);
  check_origin(report, site);
  check_mtls_certificates(report, site);
  check_expiry(report, site, config, now);
  check_script(report, site, config.limits);
  return report;
}

std::string report_text(const Config& config, const std::vector<SiteReport>& reports) {
  std::string text = config.file.empty() ? "" : "options from " + config.file + "\n";
  for (const std::string& line : config.warnings) text += "warning: " + line + "\n";
  for (std::size_t i = 0; i < reports.size(); ++i) {
    text += "site " + config.sites[i].name + "\n";
    for (const std::string& line : reports[i].found) text += "  " + line + "\n";
    for (const std::string& line : reports[i].warnings) text += "  warning: " + line + "\n";
    for (const std::string& line : reports[i].problems) text += "  error: " + line + "\n";
  }
  return text;
}

std::string report_json(const Config& config, const std::vector<SiteReport>& reports) {
  boost::json::array sites;
  for (std::size_t i = 0; i < reports.size(); ++i)
    sites.push_back({{"name", config.sites[i].name},
                     {"found", boost::json::value_from(reports[i].found)},
                     {"warnings", boost::json::value_from(reports[i].warnings)},
                     {"problems", boost::json::value_from(reports[i].problems)}});
  const bool ok =
      std::ranges::all_of(reports, [](const SiteReport& report) { return report.problems.empty(); });
  return boost::json::serialize(boost::json::object{{"ok", ok},
                                                    {"file", config.file},
                                                    {"warnings", boost::json::value_from(config.warnings)},
                                                    {"sites", std::move(sites)}}) +
         "\n";
}

std::string failure_json(const Error& error) {
  return boost::json::serialize(boost::json::object{{"ok", false}, {"error", error.message}}) + "\n";
}

}  // namespace edge::cli
