// The last look at a configuration: defaults that depend on others, and contradictions, which are refused by
// name.
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>
#include <tuple>

#include "runtime/base/compatibility.h"
#include "runtime/base/config_draft.h"
#include "runtime/base/cron.h"
#include "runtime/base/dotenv.h"
#include "runtime/base/option_values.h"

namespace edge {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(ErrorKind::config, std::move(message)); }

bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  };
  return !name.empty() && name.size() <= 64 && is_letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// Hosts are compared as TLS and HTTP compare them (tls/site.h): lower case, without a final dot.
std::string comparable(std::string host) {
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (host.ends_with('.')) host.pop_back();
  return host;
}

bool is_host(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.find("..") == host.npos &&
         std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

/// The site's name becomes a file's.
bool is_site_name(std::string_view name) {
  return name.size() <= 200 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '.' || c == '_' || c == '*';
         });
}

/// Every name in env, with the option that brings it.
std::vector<std::pair<std::string_view, std::string_view>> names_in_env(const SiteConfig& site) {
  std::vector<std::pair<std::string_view, std::string_view>> names;
  const auto add = [&](std::string_view option, const auto& list) {
    for (const auto& one : list) names.emplace_back(option, name_of(one));
  };
  add("vars", site.vars);
  add("kv", site.kv);
  add("services", site.services);
  add("ratelimits", site.ratelimits);
  add("mtls_certificates", site.mtls_certificates);
  return names;
}

Result<> check_names(const Draft::Site& site) {
  std::set<std::string_view> names;
  for (const auto& [option, name] : names_in_env(site.config)) {
    const std::string where = site.given.at(option) + ": ";
    if (!is_identifier(name)) return refuse(where + "\"" + std::string(name) + "\" is no JavaScript name");
    if (!names.insert(name).second)
      return refuse(where + "the name " + std::string(name) + " is already in use");
  }
  return {};
}

/// A secret wins over a variable of its name.
Result<> read_dev_vars(Draft::Site& site) {
  if (site.config.dev_vars.empty()) return {};
  const auto text = read_text(site.config.dev_vars, site.given.at("dev_vars"));
  if (!text) return std::unexpected(text.error());
  auto secrets = parse_dotenv(*text, site.config.dev_vars);
  if (!secrets) return std::unexpected(secrets.error());
  site.given.try_emplace("vars", site.config.dev_vars);
  for (Variable& secret : *secrets) {
    std::erase_if(site.config.vars, [&](const Variable& old) { return old.name == secret.name; });
    site.config.vars.push_back(std::move(secret));
  }
  return {};
}

Result<> check_required(const Draft::Site& site) {
  for (const auto& [name, where] : site.required_names)
    if (std::ranges::find(site.config.vars, name, &Variable::name) == site.config.vars.end())
      return refuse(where + ": there is no " + name + ": give it in the file of --dev-vars");
  return {};
}

/// What a configuration may ask for and this version does not have: an error, or a warning where that is
/// allowed.
Result<> leave_out(Draft& draft, const std::string& what) {
  if (!draft.config.allow_unsupported) return refuse(what + "; --allow-unsupported starts without it");
  draft.config.warnings.push_back(what + ": it is left out");
  return {};
}

/// Names all at once: who ports a script wants to know how far it is.
Result<> check_supported(Draft& draft, const Draft::Site& site) {
  if (!draft.config.allow_unsupported && site.unsupported.size() > 1) {
    std::string all;
    for (const std::string& problem : site.unsupported) all += (all.empty() ? "" : "; ") + problem;
    return refuse(all + "; --allow-unsupported starts without them");
  }
  for (const std::string& problem : site.unsupported)
    if (auto good = leave_out(draft, problem); !good) return good;
  return {};
}

Result<> check_compatibility(Draft& draft, const Draft::Site& site) {
  const auto& [date, flags] = std::tie(site.config.compatibility_date, site.config.compatibility_flags);
  if (!date.empty())
    if (auto good = check_compatibility_date(date); !good)
      return refuse(site.given.at("compatibility_date") + ": " + good.error().message);
  for (const std::string& flag : flags) {
    const std::string where = site.given.at("compatibility_flags") + ": ";
    if (auto good = check_compatibility_flag(flag, flags); !good) return refuse(where + good.error().message);
    if (const std::string problem = compatibility_problem(flag); !problem.empty())
      if (auto good = leave_out(draft, where + problem); !good) return good;
  }
  return {};
}

Result<> check_crons(const Draft::Site& site) {
  for (const std::string& cron : site.config.crons)
    if (const auto parsed = Cron::parse(cron); !parsed)
      return refuse(site.given.at("crons") + ": " + parsed.error().message);
  return {};
}

/// A binding's files are looked at late, as a flag may name those that the file does not.
Result<> check_certificates(const Draft::Site& site) {
  for (const MtlsCertificate& one : site.config.mtls_certificates) {
    const std::string where = site.given.at("mtls_certificates") + ": " + one.binding;
    if (one.cert.empty() || one.key.empty())
      return refuse(where + " lacks its files: add cert and key, or --mtls-certificate " + one.binding +
                    "=CERT,KEY");
    for (const std::string& file : {one.cert, one.key})
      if (access(file.c_str(), R_OK) != 0) return refuse(where + ": " + file + " cannot be read");
  }
  return {};
}

Result<> check_services(const Draft& draft) {
  const auto is_site = [&](const std::string& name) {
    return std::ranges::any_of(draft.sites,
                               [&](const Draft::Site& site) { return site.config.name == name; });
  };
  for (const Draft::Site& site : draft.sites)
    for (const ServiceBinding& one : site.config.services)
      if (!is_site(one.service))
        return refuse(site.given.at("services") + ": " + one.binding + " is for " + one.service +
                      ", but no site has that name");
  return {};
}

/// Options that mean nothing without another.
struct Need {
  std::string_view option, needs, why;
};
constexpr Need needs[] = {
    {"tls_cert", "tls_key", "a certificate cannot be used without its private key"},
    {"tls_key", "tls_cert", "a private key cannot be used without its certificate"},
    {"origin_cert", "origin_key", "a certificate cannot be used without its private key"},
    {"origin_key", "origin_cert", "a private key cannot be used without its certificate"},
    {"client_crl", "client_ca", "the signature of a list is checked with the CA that made it"},
    {"crl_issuer", "client_crl", "without lists nobody asks who signs them"},
    {"crl_missing", "client_ca", "without CAs no list is missing"},
    {"crl_hosts", "client_ca", "only a list that a CA signed counts"},
    {"ocsp_responder", "client_ca", "only what a CA signed counts"},
    {"ocsp_hosts", "client_ca", "only what a CA signed counts"},
    {"on_revoke", "client_ca", "nobody is revoked where nobody is verified"},
    {"crl_stale", "client_ca", "without CAs no list is stale"},
    {"anchors", "client_ca", "without CAs no chain ends"},
    {"ca_names", "client_ca", "without CAs none is named"},
    {"strict_chain", "client_ca", "without CAs there is no chain"},
    {"certificate_policies", "client_ca", "without CAs there is no chain to assert a policy"},
    {"forward", "origin", "without an origin nothing is forwarded"},
    {"forward_headers", "origin", "without an origin nothing is forwarded"},
    {"forward_requests", "origin", "without an origin nothing is forwarded"},
    {"pass_through_on_exception", "origin", "without an origin nothing can be passed through"},
};

/// The words and the names of what the site's origin is told.
Result<> check_forward(const Draft::Site& site) {
  const auto& headers = site.config.forward_headers;
  const auto requests = site.given.find("forward_requests");
  if (requests != site.given.end() && site.config.forward == ForwardPreset::none && headers.empty())
    return refuse(requests->second + " has no effect: add forward or forward_headers");
  for (auto one = headers.begin(); one != headers.end(); ++one)
    if (std::any_of(headers.begin(), one, [&](const ForwardHeader& other) {
          return comparable(other.name) == comparable(one->name);
        }))
      return refuse(site.given.at("forward_headers") + ": " + one->name + " is named twice");
  return {};
}

std::string_view flag_of(std::string_view key) {
  for (const Option& option : options())
    if (option.key == key) return option.flag;
  return {};
}

/// As a person would write it where `where` is: in a file or on the command line.
std::string named(std::string_view key, const std::string& where) {
  return std::string(where.starts_with("--") ? flag_of(key) : key);
}

Result<> check_needs(const Draft::Site& site) {
  for (const Need& need : needs) {
    const auto given = site.given.find(need.option);
    if (given == site.given.end() || site.given.contains(need.needs)) continue;
    return refuse(given->second + " needs " + named(need.needs, given->second) + ": " +
                  std::string(need.why));
  }
  const auto mode = site.given.find("client_auth");
  const auto ca = site.given.find("client_ca");
  if (site.config.client_auth == ClientAuthMode::off && mode != site.given.end() && ca != site.given.end())
    return refuse(ca->second +
                  " has no effect while client_auth is off: choose optional or required, or leave it out");
  // A site without certificates gets the development ones, CA included.
  if (site.config.client_auth == ClientAuthMode::required && ca == site.given.end() &&
      site.given.contains("tls_cert"))
    return refuse(mode->second + ": \"required\" needs " + named("client_ca", mode->second) +
                  ", or no client could be verified");
  return {};
}

Result<> check_hosts(Draft& draft) {
  std::set<std::string> hosts, names;
  const Draft::Site* fallback = nullptr;
  for (Draft::Site& site : draft.sites) {
    if (site.config.hosts.empty()) {
      if (fallback != nullptr)
        return refuse(site.where + " has no hosts, and neither has " + fallback->where +
                      ": only one site can be for all other names; add hosts");
      fallback = &site;
    }
    for (std::string& host : site.config.hosts) {
      const std::string& where = site.given.at("hosts");
      const std::string plain = comparable(host);
      if (!is_host(plain))
        return refuse(where + ": \"" + host +
                      "\" is no host name: write example.com or *.example.com, without scheme or port, "
                      "and international names as xn--…");
      if (!hosts.insert(plain).second) return refuse(where + ": " + plain + " is named twice");
      host = plain;
    }
    if (!site.given.contains("name"))
      site.config.name = site.config.hosts.empty() ? "default" : site.config.hosts.front();
    if (!is_site_name(site.config.name))
      return refuse(site.given.at("name") + ": \"" + site.config.name +
                    "\" is no name for a site: use letters, digits, - . and _");
    if (!names.insert(site.config.name).second)
      return refuse(site.where + ": a second site is named " + site.config.name);
  }
  return {};
}

/// `text`, which was given at `where`, names a server over http or https.
Result<> check_url(const std::string& text, const std::string& where) {
  if (!option_values::is_url(text))
    return refuse(where + ": \"" + text + "\" is no URL: write https://host/path");
  if (auto good = option_values::check_source(text); !good)
    return refuse(where + ": " + good.error().message);
  return {};
}

Result<> check_site(Draft& draft, Draft::Site& site) {
  if (site.config.script.empty())
    return refuse(site.where + " has no script: add " + std::string(site.script_key) + " = \"policy.js\"");
  if (auto good = check_needs(site); !good) return good;
  if (const std::string& url = site.config.ocsp_responder; !url.empty())
    if (auto good = check_url(url, site.given.at("ocsp_responder")); !good) return good;
  if (auto good = read_dev_vars(site); !good) return good;
  if (auto good = check_required(site); !good) return good;
  if (auto good = check_names(site); !good) return good;
  if (auto good = check_supported(draft, site); !good) return good;
  if (auto good = check_compatibility(draft, site); !good) return good;
  if (auto good = check_certificates(site); !good) return good;
  if (auto good = check_forward(site); !good) return good;
  if (auto good = check_crons(site); !good) return good;
  // Without a CA to verify them with, certificates are not asked for; the development CA is still to come.
  if (!site.given.contains("client_auth") && !site.given.contains("client_ca") &&
      site.given.contains("tls_cert"))
    site.config.client_auth = ClientAuthMode::off;
  return {};
}

Result<> check_listeners(Draft& draft) {
  auto& listen = draft.config.listen;
  if (listen.empty()) listen.push_back({});
  std::set<std::pair<std::string_view, std::uint16_t>> seen;
  for (const auto& [address, port] : listen)
    if (port != 0 && !seen.emplace(address, port).second)
      return refuse(draft.given.at("listen") + ": " + address + " port " + std::to_string(port) +
                    " is named twice");
  return {};
}

/// Longer than certificates live, and far from what an alert could be about.
constexpr std::uint32_t expiry_days_max = 3650;

Result<> check_expiry(const Draft& draft) {
  const Config& config = draft.config;
  for (const std::uint32_t days : config.expiry_days)
    if (days > expiry_days_max)
      return refuse(draft.given.at("expiry_days") + ": " + std::to_string(days) + " is more than " +
                    std::to_string(expiry_days_max) + " days");
  if (!config.expiry_secret.empty() && config.expiry_webhook.empty())
    return refuse(draft.given.at("expiry_secret") + " needs " +
                  named("expiry_webhook", draft.given.at("expiry_secret")) +
                  ": without a webhook nobody gets the secret");
  if (config.expiry_webhook.empty()) return {};
  return check_url(config.expiry_webhook, draft.given.at("expiry_webhook"));
}

}  // namespace

Result<> set_option(Draft& draft, Draft::Site& site, const Option& option, const std::string& text,
                    const Source& source) {
  if (auto set = option.set(draft.config, site.config, text); !set)
    return fail(source.malformed, source.where + ": " + set.error().message);
  const bool is_path =
      option.kind == ValueKind::file || (option.kind == ValueKind::source && !option_values::is_url(text));
  if (is_path && access(text.c_str(), R_OK) != 0) {
    const bool is_there = access(text.c_str(), F_OK) == 0;
    return refuse(source.where + ": " + text +
                  (is_there ? " cannot be read: check its permissions" : " does not exist"));
  }
  Draft::Given& given = option.place == Place::site ? site.given : draft.given;
  given.insert_or_assign(option.key, source.where);
  return {};
}

Result<Config> finish(Draft draft) {
  bool some_with_certificate = false;
  for (Draft::Site& site : draft.sites) {
    if (auto good = check_site(draft, site); !good) return std::unexpected(good.error());
    some_with_certificate |= site.given.contains("tls_cert");
  }
  if (auto good = check_hosts(draft); !good) return std::unexpected(good.error());
  if (auto good = check_services(draft); !good) return std::unexpected(good.error());
  if (auto good = check_listeners(draft); !good) return std::unexpected(good.error());
  if (auto good = check_expiry(draft); !good) return std::unexpected(good.error());
  for (const Draft::Site& site : draft.sites)
    if (some_with_certificate && !site.given.contains("tls_cert"))
      return refuse(
          site.where +
          " has no tls_cert, and other sites have: development certificates are for all sites or none");
  Config config = std::move(draft.config);
  for (Draft::Site& site : draft.sites) config.sites.push_back(std::move(site.config));
  if (config.state_dir.empty()) config.state_dir = ".edge-run";
  if (!draft.given.contains("workers"))
    config.workers =
        some_with_certificate ? static_cast<int>(std::max(1u, std::thread::hardware_concurrency())) : 1;
  return config;
}

}  // namespace edge
