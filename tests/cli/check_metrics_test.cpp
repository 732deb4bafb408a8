// `edge-run check --metrics`: the ends of certificates and lists, in Prometheus's text format.
#include "runtime/cli/check_metrics.h"

#include <doctest/doctest.h>

#include <ctime>
#include <filesystem>

#include "runtime/cli/dev_certs.h"
#include "runtime/tls/expiry.h"

namespace edge::cli {
namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "edge-run-metrics-XXXXXX").string();
  Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string metrics_of(const Config& config, std::size_t problems = 0) {
  SiteReport report;
  report.problems.resize(problems);
  return metrics_text(config, {report}, std::time(nullptr));
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("metrics: a site that cannot be served has its problems counted, and no samples of what it lacks") {
  Config config;
  config.sites.resize(1);
  config.sites[0].name = "a \"quoted\\site\"\n";
  config.sites[0].tls_cert = {"/nowhere/server.pem"};
  const std::string text = metrics_of(config, 2);
  CHECK(text.ends_with("edge_run_check_problems{site=\"a \\\"quoted\\\\site\\\"\\n\"} 2\n"));
  CHECK(count(text, "_seconds{") == 0);
}

TEST_CASE("metrics: each certificate and each list says when it ends, once") {
  const Folder folder;
  Config config;
  config.state_dir = folder.path + "/state";
  config.sites.resize(1);
  REQUIRE(use_dev_certificates(config, std::time(nullptr)));
  // The list twice, as two options would name it.
  config.sites[0].client_crl.push_back(config.sites[0].client_crl.front());
  const std::string text = metrics_of(config);
  const auto certificates = tls::configured_certificates(config.sites[0]);
  REQUIRE(certificates.size() >= 2);
  for (const auto& one : certificates)
    CHECK(count(text, "serial=\"" + one.serial + "\",file=\"" + one.file + "\"} " +
                          std::to_string(one.not_after) + "\n") == 1);
  CHECK(count(text, "edge_run_crl_next_update_timestamp_seconds{") == 1);
  CHECK(count(text, "# TYPE edge_run_certificate_not_after_timestamp_seconds gauge\n") == 1);
}

}  // namespace edge::cli
