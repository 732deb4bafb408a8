// Sites: how one is loaded, and the one resolver of host names.
#include "runtime/tls/site.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/context.h"
#include "runtime/tls/credentials.h"
#include "runtime/tls/verify.h"

namespace edge::tls {
namespace {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035 section 2.3.4
constexpr std::size_t label_bytes_max = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// ":443", and ":" as RFC 3986 section 3.2.3 has it.
bool is_port(std::string_view text) {
  if (text.empty() || text.front() != ':' || text.size() > 6) return false;
  text.remove_prefix(1);
  int port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + (c - '0');
  }
  return port <= 65535;
}

std::optional<std::string> normalise_ipv6(std::string_view address) {
  in6_addr parsed{};
  if (address.contains('\0')) return std::nullopt;
  if (inet_pton(AF_INET6, std::string(address).c_str(), &parsed) != 1) return std::nullopt;
  char text[INET6_ADDRSTRLEN];
  if (!inet_ntop(AF_INET6, &parsed, text, sizeof text)) return std::nullopt;
  return std::string(text);
}

/// "_" is no letter of host names, but of names that are in use.
bool is_label(std::string_view label) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= label_bytes_max && std::ranges::all_of(label, allowed);
}

/// SHA-256 over parts, each with its length before it, so that no two lists of parts look alike.
class Digest {
 public:
  void add(BytesView part) {
    std::uint64_t size = part.size();
    for (int i = 0; i < 8; ++i, size >>= 8) bytes_.push_back(static_cast<std::uint8_t>(size));
    bytes_.insert(bytes_.end(), part.begin(), part.end());
  }
  void add(std::string_view part) { add(as_bytes(part)); }
  [[nodiscard]] Sha256 result() const { return sha256(bytes_); }

 private:
  Bytes bytes_;
};

struct NameStackFree {
  void operator()(STACK_OF(X509_NAME) * p) const { sk_X509_NAME_pop_free(p, X509_NAME_free); }
};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr unsigned char spoken[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, spoken, sizeof spoken, offered, offered_size);
  // RFC 7301 section 3.2: who speaks none of the client's protocols says so.
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

// --- names ---

std::optional<std::string> normalise_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && !is_port(rest)) return std::nullopt;
    return normalise_ipv6(host.substr(1, end - 1));
  }
  if (std::ranges::count(host, ':') > 1) return normalise_ipv6(host);
  if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon))) return std::nullopt;
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > host_bytes_max) return std::nullopt;
  std::string name(host);
  std::ranges::transform(name, name.begin(), lower);
  for (std::string_view rest = name;;) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return std::nullopt;
    if (dot == std::string_view::npos) return name;
    rest.remove_prefix(dot + 1);
  }
}

namespace {

/// "*.example.com" and "example.com" in the form that the resolver compares; nothing for what is neither.
std::optional<std::string> normalise_pattern(std::string_view pattern) {
  const bool is_wildcard = pattern.starts_with("*.");
  if (is_wildcard) pattern.remove_prefix(2);
  if (pattern.contains(':') && !pattern.starts_with('[')) {
    // A port in a site's name would be dropped in silence (T17).
    if (std::ranges::count(pattern, ':') == 1) return std::nullopt;
  }
  auto name = normalise_host(pattern);
  if (name && is_wildcard) name->insert(0, "*.");
  return name;
}

}  // namespace

Result<> check_hosts(std::span<const SiteConfig> sites) {
  std::map<std::string, const SiteConfig*> owners;
  for (const SiteConfig& site : sites) {
    std::vector<std::string> patterns;
    for (const std::string& host : site.hosts) {
      const auto pattern = normalise_pattern(host);
      if (!pattern) {
        return fail(ErrorKind::config,
                    "site '" + site.name + "': hosts: '" + host +
                        "' is no host name; write \"example.com\" or \"*.example.com\", without a port");
      }
      patterns.push_back(*pattern);
    }
    if (patterns.empty()) patterns.emplace_back();
    for (const std::string& pattern : patterns) {
      const auto [owner, is_new] = owners.emplace(pattern, &site);
      if (is_new || owner->second == &site) continue;
      const std::string both = "sites '" + owner->second->name + "' and '" + site.name + "'";
      if (pattern.empty())
        return fail(ErrorKind::config, both + " both have no hosts; only one may serve every other name");
      return fail(ErrorKind::config, both + " both have the host '" + pattern + "'; name it in one of them");
    }
  }
  return {};
}

Sites::Sites(std::vector<std::shared_ptr<const Site>> sites) : sites_(std::move(sites)) {
  for (const auto& site : sites_) {
    if (site->config().hosts.empty() && !fallback_) fallback_ = site.get();
    for (const std::string& host : site->config().hosts) {
      const auto pattern = normalise_pattern(host);
      if (!pattern) continue;
      if (pattern->starts_with("*.")) {
        wildcard_.emplace(pattern->substr(2), site.get());
      } else {
        exact_.emplace(*pattern, site.get());
      }
    }
  }
}

const Site* Sites::find(std::string_view host) const {
  // Only a site that was configured for every name serves a client that says none (T10).
  if (host.empty()) return fallback_;
  const auto name = normalise_host(host);
  if (!name) return nullptr;
  if (const auto found = exact_.find(*name); found != exact_.end()) return found->second;
  if (const std::size_t dot = name->find('.'); dot != std::string::npos) {
    if (const auto found = wildcard_.find(std::string_view(*name).substr(dot + 1)); found != wildcard_.end())
      return found->second;
  }
  return fallback_;
}

std::span<const std::shared_ptr<const Site>> Sites::all() const { return sites_; }

// --- a site ---

struct Site::State {
  SiteConfig config;
  TicketSecrets ticket_secrets;
  int chain_depth_max = 0;
  Credentials credentials;
  std::vector<X509Ptr> client_cas, crl_issuers;
  StorePtr anchors;
  SslContextPtr context;
  Sha256 trust_id{};

  Result<> load(const Limits& limits);
  Result<> load_trust(const Limits& limits);
  Result<> load_client_cas();
  Result<> load_crl_issuers();
  Result<> name_client_cas();
  Sha256 hash_trust() const;
};

Result<> Site::State::load_client_cas() {
  if (!config.client_ca.empty()) {
    auto cas = load_anchors(config.client_ca, "client_ca", Anchors::authorities);
    if (!cas) return std::unexpected(std::move(cas.error()));
    client_cas = std::move(*cas);
    for (const std::string& policy : config.certificate_policies)
      if (!is_object_identifier(policy))
        return fail(ErrorKind::config, "certificate_policies: '" + policy +
                                           "' is no OID; write it in digits, as 2.23.140.1.2.2");
    auto store = make_anchor_store(client_cas, {.anchors = config.anchors,
                                                .level = config.security_level,
                                                .strict = config.strict_chain,
                                                .policies = config.certificate_policies});
    if (!store)
      return fail(ErrorKind::config,
                  "client_ca: " + store.error().message + "; give the certificate of the issuing CA");
    anchors = std::move(*store);
    const auto is_root = [](const X509Ptr& ca) { return is_self_issued(ca.get()); };
    if (config.anchors == TrustAnchors::roots && std::ranges::none_of(client_cas, is_root))
      return fail(ErrorKind::config,
                  "client_ca holds intermediate CAs only, so that no client's chain would end; add the root "
                  "that issued them, or set anchors = \"any\" to trust them alone");
    return load_crl_issuers();
  }
  if (config.client_auth == ClientAuthMode::required) {
    return fail(
        ErrorKind::config,
        "client_auth 'required' needs client_ca; give a PEM file with the CA of the clients' certificates");
  }
  if (!config.ocsp_responder.empty() || !config.ocsp_hosts.empty())
    return fail(
        ErrorKind::config,
        "OCSP needs client_ca; give a PEM file with the CA whose certificates responders are asked about");
  if (!config.client_crl.empty()) {
    return fail(ErrorKind::config,
                "client_crl needs client_ca; give a PEM file with the CA that signs the list");
  }
  // No anchor vouches for anybody: what a client presents is FAILED. Never the system's roots (T14).
  anchors.reset(X509_STORE_new());
  check(anchors != nullptr);
  return {};
}

Result<> Site::State::load_crl_issuers() {
  if (config.crl_issuer.empty()) return {};
  auto certificates = load_anchors(config.crl_issuer, "crl_issuer", Anchors::any);
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  crl_issuers = std::move(*certificates);
  return {};
}

/// The names that a CertificateRequest lists, for clients that choose their certificate by them.
Result<> Site::State::name_client_cas() {
  std::unique_ptr<STACK_OF(X509_NAME), NameStackFree> names{sk_X509_NAME_new_null()};
  if (!config.ca_names) return {};
  for (const X509Ptr& ca : client_cas) {
    X509_NAME* name = X509_NAME_dup(X509_get_subject_name(ca.get()));
    if (!name || sk_X509_NAME_push(names.get(), name) == 0)
      return fail(ErrorKind::config, "client_ca: out of memory");
  }
  SSL_CTX_set_client_CA_list(context.get(), names.release());
  return {};
}

Sha256 Site::State::hash_trust() const {
  Digest digest;
  digest.add("edge-run trust 1");
  digest.add(config.name);
  digest.add(config.script);
  for (const std::string& host : config.hosts) digest.add(host);
  digest.add("mode " + std::to_string(static_cast<int>(config.client_auth)));
  digest.add("depth " + std::to_string(chain_depth_max));
  digest.add("anchors " + std::to_string(static_cast<int>(config.anchors)));
  digest.add("level " + std::to_string(config.security_level));
  digest.add(config.strict_chain ? "strict" : "lenient");
  digest.add("policies " + std::to_string(config.certificate_policies.size()));
  for (const std::string& policy : config.certificate_policies) digest.add(policy);
  digest.add(config.client_crl.empty() ? "no lists" : "lists");
  digest.add(config.ocsp_responder);
  for (const std::string& host : config.ocsp_hosts) digest.add("ocsp " + host);
  for (const X509Ptr& ca : client_cas) digest.add(certificate_to_der(ca.get()));
  digest.add("own certificate");
  digest.add(certificate_to_der(credentials.chain.front().get()));
  return digest.result();
}

Result<> Site::State::load(const Limits& limits) {
  const CredentialFiles files{.certificate = config.tls_cert,
                              .key = config.tls_key,
                              .certificate_option = "tls_cert",
                              .key_option = "tls_key"};
  if (files.certificate.empty())
    return fail(ErrorKind::config, "tls_cert is missing; give the PEM file of the server's certificate");
  if (files.key.empty())
    return fail(ErrorKind::config, "tls_key is missing; give the PEM file of the certificate's private key");
  auto loaded = load_credentials(files);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  credentials = std::move(*loaded);
  auto made = make_context(Role::server);
  if (!made) return std::unexpected(std::move(made.error()));
  context = std::move(*made);
  SSL_CTX_set_security_level(context.get(), config.security_level);
  if (auto used = use_credentials(context.get(), credentials, files); !used) return used;
  if (auto trust = load_trust(limits); !trust) return trust;
  if (auto named = name_client_cas(); !named) return named;
  const std::size_t chain_bytes = config.chain_bytes != 0 ? config.chain_bytes : limits.chain_bytes;
  SSL_CTX_set_max_cert_list(context.get(), static_cast<long>(chain_bytes));
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  trust_id = hash_trust();
  return {};
}

Result<> Site::State::load_trust(const Limits& limits) {
  chain_depth_max = static_cast<int>(config.chain_depth != 0 ? config.chain_depth : limits.chain_depth);
  return load_client_cas();
}

Site::Site() : state_(std::make_unique<State>()) {}
Site::~Site() = default;

Result<std::shared_ptr<const Site>> Site::load(const SiteConfig& config, const Limits& limits,
                                               const TicketSecrets& ticket_secrets) {
  if (auto hosts = check_hosts({&config, 1}); !hosts) return std::unexpected(std::move(hosts.error()));
  std::shared_ptr<Site> site{new Site};
  site->state_->config = config;
  site->state_->ticket_secrets = ticket_secrets;
  if (auto loaded = site->state_->load(limits); !loaded) {
    return fail(loaded.error().kind, "site '" + config.name + "': " + loaded.error().message);
  }
  return site;
}

Result<std::shared_ptr<const Site>> Site::load_trust(const SiteConfig& config, const Limits& limits) {
  if (auto hosts = check_hosts({&config, 1}); !hosts) return std::unexpected(std::move(hosts.error()));
  std::shared_ptr<Site> site{new Site};
  site->state_->config = config;
  if (auto loaded = site->state_->load_trust(limits); !loaded)
    return fail(loaded.error().kind, "site '" + config.name + "': " + loaded.error().message);
  return site;
}

const SiteConfig& Site::config() const { return state_->config; }
const std::vector<X509Ptr>& Site::client_cas() const { return state_->client_cas; }
const std::array<std::uint8_t, 32>& Site::trust_id() const { return state_->trust_id; }
bool Site::has_lists() const {
  return !state_->config.client_crl.empty() || !state_->config.crl_hosts.empty();
}
bool Site::asks_ocsp() const {
  return !state_->config.ocsp_responder.empty() || !state_->config.ocsp_hosts.empty();
}
ListPolicy Site::list_policy() const {
  return {.has_lists = has_lists(),
          .asks_ocsp = asks_ocsp(),
          .missing = config().crl_missing,
          .stale = config().crl_stale};
}
std::vector<ListSigner> Site::list_signers(std::int64_t now, std::vector<std::string>* left_out) const {
  return tls::list_signers({.cas = client_cas(), .others = state_->crl_issuers, .anchors = config().anchors},
                           now, left_out);
}
SSL_CTX* Site::context() const { return state_->context.get(); }
X509_STORE* Site::anchors() const { return state_->anchors.get(); }
const TicketSecrets& Site::ticket_secrets() const { return state_->ticket_secrets; }
int Site::chain_depth_max() const { return state_->chain_depth_max; }

}  // namespace edge::tls
