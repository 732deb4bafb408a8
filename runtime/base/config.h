// What a person can configure, as plain data: limits, sites, listeners. base/options.cpp fills it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edge {

/// Every limit of the server, with its default. A row of base/options.cpp names each for flags and files.
struct Limits {
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds idle_timeout{75'000};  ///< between two requests of a connection
  std::chrono::milliseconds body_timeout{30'000};  ///< without a single byte of a request body
  std::chrono::milliseconds write_timeout{
      30'000};  ///< without a single byte of a response taken by the client
  std::chrono::milliseconds handler_timeout{30'000};  ///< from the request's head to the script's Response
  std::chrono::milliseconds wait_until_timeout{30'000};
  std::chrono::milliseconds scheduled_timeout{900'000};  ///< from a scheduled run's start to its end
  std::chrono::milliseconds connect_timeout{10'000};     ///< to an origin, TLS included
  std::chrono::milliseconds origin_timeout{60'000};      ///< without a byte from an origin
  std::chrono::milliseconds drain_timeout{30'000};       ///< from SIGTERM to the end of the last request
  std::chrono::milliseconds startup_cpu{1'000};          ///< CPU time of a script's top level
  std::chrono::milliseconds request_cpu{50};             ///< CPU time of one request in its script
  std::size_t header_bytes = 64 * 1024;                  ///< request line and headers
  std::size_t header_count = 128;
  std::size_t uri_bytes = 16 * 1024;
  std::size_t body_rate = 240;  ///< bytes a second of a request body, on average once body_timeout is used up
  std::uint64_t body_bytes = 100 * 1024 * 1024;        ///< of a request
  std::size_t buffered_body_bytes = 64 * 1024 * 1024;  ///< that text(), json() and their like collect
  std::size_t connections = 10'000;                    ///< open at once in one worker
  std::size_t connections_per_client = 1'000;          ///< open at once from one address in one worker
  std::size_t heap_bytes = 128 * 1024 * 1024;          ///< of one script's isolate
  std::size_t stack_bytes = 512 * 1024;                ///< of JavaScript calls
  std::size_t subrequests = 50;                        ///< fetch() calls of one request
  std::size_t open_fetches = 6;                        ///< of them, waiting for a response at once
  std::size_t store_calls = 1'000;                     ///< KV and cache operations of one request
  std::size_t cache_bytes = 64 * 1024 * 1024;          ///< of responses kept for one site in one worker
  std::size_t origin_connections = 256;                ///< kept open to one origin in one worker
  std::size_t chain_bytes = 32 * 1024;                 ///< of certificates that a client sends
  std::size_t chain_depth = 4;
  std::size_t crl_bytes = 256 * 1024 * 1024;          ///< of a revocation list that is fetched
  std::chrono::milliseconds crl_timeout{60'000};      ///< to fetch it
  std::size_t ocsp_bytes = 64 * 1024;                 ///< of an OCSP response
  std::chrono::milliseconds ocsp_timeout{5'000};      ///< for it to come
  std::chrono::milliseconds webhook_timeout{10'000};  ///< to tell a webhook, from look-up to answer
  bool operator==(const Limits&) const = default;
};

/// off: no certificate is asked for. optional: Cloudflare's way, the handshake never fails for a missing or
/// bad certificate and the script decides. required: the handshake refuses a client without a good one.
enum class ClientAuthMode : std::uint8_t { off, optional, required };

/// Headers that tell the origin who the client is, as one product names and writes them; the formats are in
/// runtime/http/forward_presets.cpp.
enum class ForwardPreset : std::uint8_t { none, cloudflare, managed_transform, rfc9440, xfcc, nginx, aws };
/// Which requests of a connection carry them.
enum class ForwardRequests : std::uint8_t { every, first };

/// A header of the operator's own: what it says is one of base/forward_header.h's fields.
struct ForwardHeader {
  std::string name;
  std::string field;
  bool operator==(const ForwardHeader&) const = default;
};

/// A value of `env`. text: as it stands. json: what JSON.parse makes of it. secret: a text that no log and no
/// message shows.
struct Variable {
  enum class Kind : std::uint8_t { text, json, secret };
  std::string name, value;
  Kind kind = Kind::text;
  bool operator==(const Variable&) const = default;
};

/// A key-value namespace, `env[binding]`. Bindings of one id are one namespace of the site.
struct KvNamespace {
  std::string binding;
  std::string id;  ///< the binding's name where none was given
  bool operator==(const KvNamespace&) const = default;
};

/// `env[binding].fetch()` is answered by the script of another site, without a connection.
struct ServiceBinding {
  std::string binding;
  std::string service;     ///< SiteConfig::name of a site of this configuration
  std::string entrypoint;  ///< the export that answers; empty: the default export
  bool operator==(const ServiceBinding&) const = default;
};

/// `env[binding].limit({key})` succeeds `limit` times in each `period` for one key. Bindings of one
/// namespace_id count together.
struct RateLimit {
  std::string binding;
  std::string namespace_id;
  std::uint32_t limit = 0;
  std::chrono::seconds period{60};  ///< 10 s or 60 s
  bool operator==(const RateLimit&) const = default;
};

/// `env[binding].fetch()` goes out with this client certificate.
struct MtlsCertificate {
  std::string binding;
  std::string cert;  ///< PEM, its chain included
  std::string key;   ///< PEM
  bool operator==(const MtlsCertificate&) const = default;
};

/// What a file becomes when it is imported. The names are wrangler's.
enum class ModuleType : std::uint8_t { es_module, common_js, compiled_wasm, text, data };

/// Files that match one of `globs` (below the script's folder; ** is any folders, * anything but /) are of
/// `type`, whatever their extension. The first rule that matches decides.
struct ModuleRule {
  ModuleType type = ModuleType::es_module;
  std::vector<std::string> globs;
  bool operator==(const ModuleRule&) const = default;
};

/// What a verdict does that turns bad while the client is connected: deny its next request, or close at once.
enum class OnRevoke : std::uint8_t { deny, close };

/// What to make of a client when no current revocation list or OCSP response speaks for it.
struct Tolerance {
  enum class Kind : std::uint8_t { deny, allow, grace };
  Kind kind = Kind::deny;
  std::chrono::milliseconds grace{0};  ///< how long it is allowed, for Kind::grace
  bool operator==(const Tolerance&) const = default;
};

/// Which certificates of client_ca end a client's chain. roots: self-signed ones. any: an intermediate too,
/// so that not all who its root vouches for are let in.
enum class TrustAnchors : std::uint8_t { roots, any };

struct SiteConfig {
  std::string name = "default";    ///< in messages: the table's name in the file
  std::vector<std::string> hosts;  ///< "example.com" or "*.example.com"; empty: every name no other site has
  std::string script;
  std::string tls_cert;
  std::string tls_key;
  std::vector<std::string> client_ca;
  std::vector<std::string> client_crl;  ///< files, folders, http and https URLs
  std::vector<std::string> crl_issuer;  ///< certificates that sign lists, besides client_ca's
  Tolerance crl_missing, crl_stale;
  std::vector<std::string> crl_hosts;   ///< whose lists are fetched when certificates name them
  std::string ocsp_responder;           ///< URL that is asked about clients' certificates; empty: none
  std::vector<std::string> ocsp_hosts;  ///< whose OCSP responders are asked when certificates name them
  OnRevoke on_revoke = OnRevoke::deny;
  ClientAuthMode client_auth = ClientAuthMode::optional;
  TrustAnchors anchors = TrustAnchors::roots;
  std::size_t chain_depth = 0;                    ///< 0: Limits::chain_depth
  std::size_t chain_bytes = 0;                    ///< 0: Limits::chain_bytes
  bool strict_chain = false;                      ///< RFC 5280 to the letter, for clients' chains
  std::vector<std::string> certificate_policies;  ///< dotted OIDs, one of which a client's chain must assert
  int security_level = 2;              ///< OpenSSL's, for keys and signatures of both sides: 112 bits; 3: 128
  bool ca_names = true;                ///< the handshake names the CAs of client_ca
  std::string origin;                  ///< URL that fetch(request) goes to
  std::vector<std::string> origin_ca;  ///< trusted for https origins; empty: the system's
  std::string origin_cert;             ///< presented to origins that ask (Authenticated Origin Pulls)
  std::string origin_key;
  std::string compatibility_date;  ///< "2026-01-01": the behaviour of Workers that the script expects
  std::vector<std::string> compatibility_flags;  ///< each of the published list (base/compatibility.h)
  std::vector<Variable> vars;                    ///< those of dev_vars included
  std::string dev_vars;                          ///< file of secrets; it is read with the configuration
  std::vector<KvNamespace> kv;
  std::vector<ServiceBinding> services;
  std::vector<RateLimit> ratelimits;
  std::vector<MtlsCertificate> mtls_certificates;
  std::vector<std::string> crons;  ///< when scheduled() runs: five fields in UTC, as Cloudflare reads them
  std::vector<ModuleRule> rules;
  std::vector<std::string> local_fetch;  ///< loopback and link-local hosts that fetch() may reach
  ForwardPreset forward = ForwardPreset::none;
  ForwardRequests forward_requests = ForwardRequests::every;
  std::vector<ForwardHeader> forward_headers;
  bool pass_through_on_exception = false;
  bool cache_shared = false;  ///< what the Cache API stores for one client is given to others too
  bool frozen_clock = false;  ///< the clock that scripts see stands still while they run
  bool operator==(const SiteConfig&) const = default;
};

struct ListenAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;
  bool operator==(const ListenAddress&) const = default;
};

enum class LogFormat : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct Config {
  std::string file;         ///< where it was read from; empty: flags alone
  std::string environment;  ///< the section env.NAME of a wrangler file; empty: its top level
  /// What the file asks for and this program leaves out; for the log.
  std::vector<std::string> warnings;
  bool allow_unsupported = false;  ///< what has no effect here is a warning and no error
  std::vector<ListenAddress> listen;
  std::vector<SiteConfig> sites;
  Limits limits;
  int workers = 0;        ///< 0: one process does everything
  std::string state_dir;  ///< revocation index, KV data, dev certificates
  LogFormat log_format = LogFormat::text;
  LogLevel log_level = LogLevel::info;
  bool access_log = true;
  bool crl_private = false;                ///< lists and responders may be at private and loopback addresses
  std::vector<std::uint32_t> expiry_days;  ///< before a certificate's end when it is told; empty: 30 and 14
  std::string expiry_webhook;              ///< http or https URL that is told too; empty: none
  std::string expiry_secret;               ///< file of the secret that the webhook's server knows us by
  /// Files of the secrets that session tickets are sealed with, the newest first; empty: a secret of the
  /// process.
  std::vector<std::string> ticket_secret;
};

}  // namespace edge
