// `edge-run check`: names every problem of a site, and passes what would serve.
#include "runtime/cli/check_site.h"

#include <doctest/doctest.h>

#include <ctime>
#include <filesystem>
#include <fstream>

#include "runtime/cli/dev_certs.h"
#include "runtime/tls/certs.h"

namespace edge::cli {
namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "edge-run-check-XXXXXX").string();
  Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path + "/" + name) << text;
    return path + "/" + name;
  }
};

constexpr std::string_view good_script = "export default { fetch() { return new Response('hello'); } };\n";

/// A site with development certificates and a script.
Config config_in(const Folder& folder, std::string_view script) {
  Config config;
  config.state_dir = folder.path + "/state";
  config.sites.resize(1);
  config.sites[0].script = folder.write("policy.js", script);
  REQUIRE(use_dev_certificates(config, std::time(nullptr)));
  return config;
}

std::string report(const Config& config, std::int64_t now = std::time(nullptr)) {
  return report_text(config, {check_site(config.sites[0], config, now)});
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("check: a script that does not compile is a problem with its place") {
  const Folder folder;
  const std::string text = report(config_in(folder, "export default {\n  fetch( { }\n};\n"));
  CHECK(holds(text, "error: "));
  CHECK(holds(text, "policy.js:"));
}

TEST_CASE("check: a script without a handler is a problem") {
  const Folder folder;
  CHECK(holds(report(config_in(folder, "export const x = 1;\n")), "error: "));
}

TEST_CASE("T14: certificates, CAs and lists that cannot be used are problems that name the file") {
  const Folder folder;
  const Config good = config_in(folder, good_script);
  const std::string garbage = folder.write("garbage.pem", "no certificate\n");
  for (const bool is_ca : {true, false}) {
    Config config = good;
    (is_ca ? config.sites[0].client_ca[0] : config.sites[0].tls_cert) = garbage;
    CHECK(holds(report(config), "error: "));
    CHECK(holds(report(config), "garbage.pem"));
  }
  Config config = good;
  config.sites[0].client_crl = {garbage};
  CHECK(holds(report(config), "error: "));
  config.sites[0].client_crl = {folder.path + "/missing.crl"};
  CHECK(holds(report(config), "missing.crl cannot be read"));
  config = good;
  config.sites[0].origin = "https://origin.example";
  config.sites[0].origin_ca = {garbage};
  CHECK(holds(report(config), "garbage.pem"));
}

TEST_CASE("check: all problems of a site are found, not the first alone") {
  const Folder folder;
  Config config = config_in(folder, "syntax error");
  config.sites[0].client_crl = {folder.path + "/missing.crl"};
  const SiteReport found = check_site(config.sites[0], config, std::time(nullptr));
  CHECK(found.problems.size() == 2);
}

TEST_CASE("check: what would serve passes, and is described") {
  const Folder folder;
  const Config config = config_in(folder, good_script);
  const std::string text = report(config);
  CHECK_MESSAGE(!holds(text, "error: "), text);
  CHECK(!holds(text, "warning: "));
  CHECK(holds(text, "policy.js starts"));
  CHECK(holds(text, "1 certificate revoked by CN=edge-run development CA"));
  CHECK(holds(text, "every host that no other site has"));
}

TEST_CASE("T51: an expired list and a certificate that expires soon are warnings") {
  const Folder folder;
  const Config config = config_in(folder, good_script);
  constexpr std::int64_t day = 24 * 60 * 60;
  CHECK(holds(report(config, std::time(nullptr) + 80 * day), "warning: "));
  CHECK(holds(report(config, std::time(nullptr) + 100 * day), "a new list was due on"));
}

TEST_CASE("check: namespaces are opened without leaving files") {
  const Folder folder;
  Config config = config_in(folder,
                            "const ready = SESSIONS;\naddEventListener('fetch', (event) => "
                            "event.respondWith(new Response('x')));\n");
  config.sites[0].kv = {{.binding = "SESSIONS", .id = "SESSIONS"}};
  CHECK(!holds(report(config), "error: "));
  CHECK(!std::filesystem::exists(folder.path + "/state/kv"));
}

TEST_CASE("check: Cloudflare's shared CA as the only one is a warning, and one of two is none") {
  const Folder folder;
  Config config = config_in(folder, good_script);
  const auto ca = [&](const std::string& file, const std::string& name) {
    const auto made = tls::make_self_signed(
        {.subject = {{"O", "CloudFlare, Inc."}, {"CN", name}}, .extended_key_usage = {}, .ca = true});
    return folder.write(file, made.value().certificate_pem());
  };
  const std::string shared = ca("shared.pem", "origin-pull.cloudflare.net"), own = ca("own.pem", "own");
  config.sites[0].client_ca = {shared};
  CHECK(holds(report(config), "warning: client_ca is Cloudflare's shared CA alone"));
  config.sites[0].client_ca = {shared, own};
  CHECK_FALSE(holds(report(config), "shared CA"));
  config.sites[0].client_ca = {own};
  CHECK_FALSE(holds(report(config), "shared CA"));
}

}  // namespace edge::cli
