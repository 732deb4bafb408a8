// What a person can configure, as plain data: limits, sites, listeners. base/options.cpp fills it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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
  std::chrono::milliseconds connect_timeout{10'000};  ///< to an origin, TLS included
  std::chrono::milliseconds origin_timeout{60'000};   ///< without a byte from an origin
  std::chrono::milliseconds drain_timeout{30'000};    ///< from SIGTERM to the end of the last request
  std::chrono::milliseconds startup_cpu{1'000};       ///< CPU time of a script's top level
  std::chrono::milliseconds request_cpu{50};          ///< CPU time of one request in its script
  std::size_t header_bytes = 64 * 1024;               ///< request line and headers
  std::size_t header_count = 128;
  std::size_t uri_bytes = 16 * 1024;
  std::uint64_t body_bytes = 100 * 1024 * 1024;        ///< of a request
  std::size_t buffered_body_bytes = 64 * 1024 * 1024;  ///< that text(), json() and their like collect
  std::size_t connections = 10'000;                    ///< open at once in one worker
  std::size_t connections_per_client = 1'000;          ///< open at once from one address in one worker
  std::size_t heap_bytes = 128 * 1024 * 1024;          ///< of one script's isolate
  std::size_t stack_bytes = 512 * 1024;                ///< of JavaScript calls
  std::size_t subrequests = 50;                        ///< fetch() calls of one request
  std::size_t origin_connections = 256;                ///< kept open to one origin in one worker
  std::size_t chain_bytes = 32 * 1024;                 ///< of certificates that a client sends
  std::size_t chain_depth = 4;
  bool operator==(const Limits&) const = default;
};

/// off: no certificate is asked for. optional: Cloudflare's way, the handshake never fails for a missing or
/// bad certificate and the script decides. required: the handshake refuses a client without a good one.
enum class ClientAuthMode : std::uint8_t { off, optional, required };

/// Headers that tell the origin who the client is; the formats are in runtime/server/forward.cpp.
enum class ForwardPreset : std::uint8_t { none, cloudflare, managed_transform, rfc9440 };

struct SiteConfig {
  std::string name = "default";    ///< in messages: the table's name in the file
  std::vector<std::string> hosts;  ///< "example.com" or "*.example.com"; empty: every name no other site has
  std::string script;
  std::string tls_cert;
  std::string tls_key;
  std::vector<std::string> client_ca;
  std::vector<std::string> client_crl;
  ClientAuthMode client_auth = ClientAuthMode::optional;
  std::string origin;                  ///< URL that fetch(request) goes to
  std::vector<std::string> origin_ca;  ///< trusted for https origins; empty: the system's
  std::string origin_cert;             ///< presented to origins that ask (Authenticated Origin Pulls)
  std::string origin_key;
  std::vector<std::pair<std::string, std::string>> vars;
  std::vector<std::string> kv;
  ForwardPreset forward = ForwardPreset::none;
  bool pass_through_on_exception = false;
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
  std::string file;  ///< where it was read from; empty: flags alone
  std::vector<ListenAddress> listen;
  std::vector<SiteConfig> sites;
  Limits limits;
  int workers = 0;        ///< 0: one process does everything
  std::string state_dir;  ///< revocation index, KV data, dev certificates
  LogFormat log_format = LogFormat::text;
  LogLevel log_level = LogLevel::info;
  bool access_log = true;
};

}  // namespace edge
