// `edge-run explain`: which client is meant, by which configuration, and the exit code of the answer.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "runtime/base/options.h"
#include "runtime/cli/certs.h"
#include "runtime/cli/client_auth_json.h"
#include "runtime/cli/command_words.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/explain_steps.h"
#include "runtime/cli/moments.h"

namespace edge::cli {
namespace {

using Takes = Flag::Takes;

constexpr const char* default_file = "edge-run.toml";

constexpr Flag own_flags[] = {
    {"--cert"}, {"--host"}, {"--at"}, {"--json", Takes::nothing}, {"--config", Takes::value, "-c"}};

/// Those of serve that bear upon a client's certificate; each overrides what the file says.
constexpr std::string_view trust_flags[] = {
    "--client-ca",    "--client-crl",        "--crl-issuer", "--crl-missing",    "--crl-stale",
    "--crl-host",     "--client-auth",       "--state-dir",  "--chain-depth",    "--chain-bytes",
    "--anchors",      "--security-level",    "--env",        "--ocsp-responder", "--ocsp-host",
    "--strict-chain", "--certificate-policy"};

std::vector<Flag> all_flags() {
  std::vector<Flag> flags(std::begin(own_flags), std::end(own_flags));
  for (const std::string_view name : trust_flags) flags.push_back({name, Takes::values});
  return flags;
}

/// The configuration of a file, or one site of what the command line says.
Result<Config> config_of(const CommandWords& words) {
  const std::string* file = words.find("--config");
  std::error_code none;
  const bool has_default = !words.has("--client-ca") && std::filesystem::exists(default_file, none);
  if (file != nullptr || has_default) {
    std::vector<std::string> line{"--config", file == nullptr ? default_file : *file};
    for (const std::string_view name : trust_flags)
      for (const std::string& value : words.all(name)) line.insert(line.end(), {std::string(name), value});
    return read_config(line);
  }
  if (!words.has("--client-ca"))
    return words.wrong("say whom the server trusts: --client-ca FILE, or --config FILE");
  Config config;
  config.state_dir = ".edge-run";
  SiteConfig& site = config.sites.emplace_back();
  for (const Option& option : options())
    for (const std::string& value : words.all(option.flag)) {
      auto set = option.set(config, site, value);
      if (!set) return fail(ErrorKind::usage, std::string(option.flag) + ": " + set.error().message);
    }
  return config;
}

/// The site of --host, or the only one.
Result<const tls::Site*> site_of(const CommandWords& words, const tls::Sites& sites) {
  if (const std::string* host = words.find("--host")) {
    const tls::Site* site = sites.find(*host);
    if (site != nullptr) return site;
    return fail(ErrorKind::config, "no site serves the host '" + *host +
                                       "': a client that names it gets no "
                                       "handshake");
  }
  if (sites.all().size() == 1) return sites.all().front().get();
  return words.wrong("there are several sites: choose with --host");
}

}  // namespace

Result<int> run_explain(Arguments arguments) {
  const auto flags = all_flags();
  const auto words = CommandWords::read("explain", flags, arguments);
  if (!words) return std::unexpected(words.error());
  const std::string* file = words->find("--cert");
  if (file == nullptr || !words->rest().empty())
    return words->wrong("name the client's certificate and what it sends after it: --cert CHAIN.pem");
  const auto now =
      words->has("--at") ? read_moment(*words->find("--at")) : Result<std::int64_t>(std::time(nullptr));
  if (!now) return std::unexpected(now.error());
  const auto chain = certificates_in(*file);
  if (!chain) return std::unexpected(chain.error());
  const auto config = config_of(*words);
  if (!config) return std::unexpected(config.error());
  const auto sites = trust_of(*config);
  if (!sites) return std::unexpected(sites.error());
  const auto site = site_of(*words, **sites);
  if (!site) return std::unexpected(site.error());
  if ((*site)->config().client_auth == ClientAuthMode::off)
    return fail(ErrorKind::config,
                "site '" + (*site)->config().name +
                    "' asks clients for no certificate: its client_auth is off, or it has no "
                    "client_ca");
  const auto told = explain(**site, *config, *chain, *now);
  if (!told) return std::unexpected(told.error());
  const auto json = client_auth_json(told->peer, config->limits);
  if (!json) return std::unexpected(json.error());
  std::fputs((words->has("--json") ? explanation_json(*told, *json) : explanation_text(*told, *json)).c_str(),
             stdout);
  return told->let_in() ? 0 : 1;
}

}  // namespace edge::cli
