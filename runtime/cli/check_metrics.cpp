// When what a configuration relies on ends, as metrics.
#include "runtime/cli/check_metrics.h"

#include <set>
#include <string_view>
#include <utility>

#include "runtime/server/list_sources.h"
#include "runtime/tls/expiry.h"
#include "runtime/tls/site.h"

namespace edge::cli {
namespace {

/// A family of gauges; a sample stands in it once.
class Gauge {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  Gauge(std::string_view name, std::string_view help) : name_(name), help_(help) {}

  void add(const Labels& labels, std::int64_t value) {
    std::string sample = std::string(name_) + "{";
    for (const auto& [name, text] : labels)
      sample +=
          std::string(sample.back() == '{' ? "" : ",") + std::string(name) + "=\"" + escaped(text) + "\"";
    samples_.insert(sample + "} " + std::to_string(value) + "\n");
  }

  [[nodiscard]] std::string text() const {
    std::string text = "# HELP " + std::string(name_) + " " + std::string(help_) + "\n# TYPE " +
                       std::string(name_) + " gauge\n";
    for (const std::string& sample : samples_) text += sample;
    return text;
  }

 private:
  static std::string escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
      if (c == '\\' || c == '"') escaped += '\\';
      if (c == '\n') {
        escaped += "\\n";
      } else {
        escaped += c;
      }
    }
    return escaped;
  }

  std::string_view name_, help_;
  std::set<std::string> samples_;
};

void add_lists(Gauge& gauge, const SiteConfig& config, const Config& all, std::int64_t now) {
  const auto site = tls::Site::load(config, all.limits, {});
  if (!site) return;  // the report counts it
  const auto lists = server::read_lists(**site, all.state_dir, now);
  if (!lists) return;
  for (const tls::Crl& list : *lists) {
    if (list.next_update != 0)
      gauge.add({{"site", config.name}, {"source", list.source}, {"issuer", list.issuer_name}},
                list.next_update);
  }
}

}  // namespace

std::string metrics_text(const Config& config, const std::vector<SiteReport>& reports, std::int64_t now) {
  Gauge certificates("edge_run_certificate_not_after_timestamp_seconds",
                     "When a certificate of the configuration ends.");
  Gauge lists("edge_run_crl_next_update_timestamp_seconds",
              "When the successor of a revocation list is due.");
  Gauge problems("edge_run_check_problems", "What keeps a site from being served.");
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const SiteConfig& site = config.sites[i];
    for (const tls::DatedCertificate& one : tls::configured_certificates(site))
      certificates.add({{"site", one.site},
                        {"kind", std::string(tls::name_of(one.use))},
                        {"subject", one.subject},
                        {"serial", one.serial},
                        {"file", one.file}},
                       one.not_after);
    add_lists(lists, site, config, now);
    problems.add({{"site", site.name}}, static_cast<std::int64_t>(reports[i].problems.size()));
  }
  return certificates.text() + lists.text() + problems.text();
}

}  // namespace edge::cli
