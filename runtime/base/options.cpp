// The rows of the option table. To add an option: a member in config.h and a row here; the help, the file,
// the flags and the tests follow. README.md must name the flag.
#include "runtime/base/options.h"

#include "runtime/base/forward_header.h"
#include "runtime/base/option_values.h"

namespace edge {
namespace {

using enum ValueKind;
using option_values::Range;
using option_values::row;

constexpr std::uint64_t KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;
constexpr Range some{.least = 1};
constexpr Range header{.least = 1 * KiB, .most = 16 * MiB};

constexpr Option rows[] = {
    // --- the server ---
    row<&Config::file, file>({"--config", "", "FILE",
                              "read options and sites from edge-run.toml, wrangler.toml or wrangler.jsonc",
                              "edge-run.toml"}),
    row<&Config::environment, text>(
        {"--env", "", "NAME", "the section env.NAME of a wrangler file", "staging"}),
    row<&Config::allow_unsupported, flag>(
        {"--allow-unsupported", "allow_unsupported", "",
         "start without what the configuration asks for and this version lacks, with a warning", "on"}),
    row<&Config::listen, address>({"--listen", "listen", "ADDR:PORT", "listen here", "0.0.0.0:443"}),
    row<&Config::workers, number, Range{0, 1024}>(
        {"--workers", "workers", "N",
         "worker processes; 0: one process does everything (default: one for each core)", "3"}),
    row<&Config::state_dir, folder>({"--state-dir", "state_dir", "FOLDER",
                                     "keep revocation index, KV data and development certificates here",
                                     "state"}),
    row<&Config::log_format, choice>(
        {"--log-format", "log_format", "text|json", "how log lines look", "json"}),
    row<&Config::log_level, choice>({"--log-level", "log_level", "debug|info|warn|error",
                                     "the least important diagnostics to show", "warn"}),
    row<&Config::access_log, on_off>(
        {"--access-log", "access_log", "on|off", "a line on standard output for each request", "off"}),

    row<&Config::crl_private, on_off>(
        {"--crl-private", "crl_private", "on|off",
         "let revocation lists and OCSP responders be at private, link-local and loopback addresses", "on"}),
    row<&Config::expiry_days, number>(
        {"--expiry-days", "expiry_days", "DAYS",
         "days before a certificate expires when it is told, in the log and to --expiry-webhook (default: 30 "
         "and 14)",
         "7"}),
    row<&Config::expiry_webhook, text>(
        {"--expiry-webhook", "expiry_webhook", "URL",
         "tell certificates that expire soon here too, in the form of Cloudflare's notifications",
         "https://alerts.example.com/edge-run"}),
    row<&Config::expiry_secret, file>(
        {"--expiry-secret", "expiry_secret", "FILE",
         "the secret that --expiry-webhook gets in the header cf-webhook-auth, on one line",
         "webhook-secret"}),

    row<&Config::ticket_secret, file>({"--ticket-secret", "ticket_secret", "FILE",
                                       "seal session tickets with this secret of 32 bytes or more, which "
                                       "other machines may share; of several, "
                                       "the first seals and all open",
                                       "ticket.secret"}),

    // --- a site ---
    row<&SiteConfig::name, text>(
        {"", "name", "NAME", "what log lines call the site (default: its first host)", "partners", "name"}),
    row<&SiteConfig::hosts, text>(
        {"", "hosts", "HOSTS",
         "host names of the site, \"example.com\" or \"*.example.com\"; none: all that no other site has",
         "example.com"}),
    row<&SiteConfig::script, file>(
        {"", "script", "FILE", "the script that answers requests", "policy.js", "main"}),
    row<&SiteConfig::compatibility_date, text>({"--compatibility-date", "compatibility_date", "DATE",
                                                "the day of Workers' behaviour that the script expects",
                                                "2026-01-01", "compatibility_date"}),
    row<&SiteConfig::compatibility_flags, text>({"--compatibility-flag", "compatibility_flags", "FLAG",
                                                 "a flag of Workers' published list", "nodejs_compat",
                                                 "compatibility_flags"}),
    row<&SiteConfig::rules, record>({"--rule", "rules", "TYPE=GLOB,…",
                                     "files that are imported as ESModule, CommonJS, CompiledWasm, Text or "
                                     "Data, whatever their extension",
                                     "Text=**/*.md", "rules"}),
    row<&SiteConfig::tls_cert, file>(
        {"--tls-cert", "tls_cert", "FILE", "the server's certificate and its chain, PEM", "server.pem"}),
    row<&SiteConfig::tls_key, file>(
        {"--tls-key", "tls_key", "FILE", "the private key of --tls-cert, PEM", "server-key.pem"}),
    row<&SiteConfig::client_ca, file>({"--client-ca", "client_ca", "FILE",
                                       "CA certificates that client certificates are verified with, PEM",
                                       "ca.pem"}),
    row<&SiteConfig::client_crl, source>(
        {"--client-crl", "client_crl", "FILE|FOLDER|URL",
         "certificate revocation lists: DER, PEM or base64 of DER; of a folder, all files *.crl, *.der and "
         "*.pem; a URL is fetched again and again",
         "revoked.crl"}),
    row<&SiteConfig::crl_issuer, file>(
        {"--crl-issuer", "crl_issuer", "FILE",
         "certificates that sign lists and that --client-ca vouches for: intermediate CAs that clients send, "
         "and issuers of indirect lists, PEM",
         "intermediate.pem"}),
    row<&SiteConfig::crl_missing, text>({"--crl-missing", "crl_missing", "deny|allow|grace=TIME",
                                         "what to make of a client whose CA has no list, and of whom no OCSP "
                                         "responder told yet; grace: allow it "
                                         "for so long after the start",
                                         "grace=10m"}),
    row<&SiteConfig::crl_stale, text>({"--crl-stale", "crl_stale", "deny|allow|grace=TIME",
                                       "what to make of a client whose CA's list or OCSP response is "
                                       "overdue; what such a list revokes stays "
                                       "revoked",
                                       "grace=24h"}),
    row<&SiteConfig::crl_hosts, text>(
        {"--crl-host", "crl_hosts", "HOST",
         "fetch lists from here too when a CA of --client-ca or a client that verified names them as its "
         "distribution points",
         "crl.example.com"}),
    row<&SiteConfig::ocsp_responder, text>({"--ocsp-responder", "ocsp_responder", "URL",
                                            "ask this OCSP responder about clients that verified, beside "
                                            "their connections; an answer counts from the "
                                            "next request on",
                                            "http://ocsp.example.com"}),
    row<&SiteConfig::ocsp_hosts, text>(
        {"--ocsp-host", "ocsp_hosts", "HOST",
         "ask the OCSP responders here that certificates of clients that verified name", "ocsp.example.com"}),
    row<&SiteConfig::on_revoke, choice>(
        {"--on-revoke", "on_revoke", "deny|close",
         "what a revocation does to clients that are connected: deny their next request, or close their "
         "connections at once",
         "close"}),
    row<&SiteConfig::client_auth, choice>(
        {"--client-auth", "client_auth", "off|optional|required",
         "optional: the script decides about missing and bad certificates; required: the handshake refuses "
         "them; off: none is asked for (default: optional; off without --client-ca)",
         "required"}),
    row<&SiteConfig::origin, url>(
        {"--origin", "origin", "URL", "where fetch(request) goes", "https://origin.example:8080"}),
    row<&SiteConfig::origin_ca, file>(
        {"--origin-ca", "origin_ca", "FILE",
         "CA certificates an https origin is verified with (default: the system's)", "origin-ca.pem"}),
    row<&SiteConfig::origin_cert, file>({"--origin-cert", "origin_cert", "FILE",
                                         "the client certificate presented to the origin", "edge.pem"}),
    row<&SiteConfig::origin_key, file>(
        {"--origin-key", "origin_key", "FILE", "the private key of --origin-cert", "edge-key.pem"}),
    row<&SiteConfig::forward, choice>(
        {"--forward", "forward", "cloudflare|managed-transform|rfc9440|xfcc|nginx|aws",
         "headers that tell the origin who the client is, as this product writes them", "rfc9440"}),
    row<&SiteConfig::forward_headers, pair>(
        {"--forward-header", "forward_headers", "HEADER=FIELD",
         "a header of your own that tells the origin a value of request.cf.tlsClientAuth",
         "X-Client-Serial=certSerial"}),
    row<&SiteConfig::forward_requests, choice>({"--forward-requests", "forward_requests", "every|first",
                                                "which requests of a connection carry these headers",
                                                "first"}),
    row<&SiteConfig::vars, pair>({"--var", "vars", "NAME=VALUE",
                                  "a text that the script finds in env; NAME:=JSON for other values",
                                  "MODE=strict", "vars"}),
    row<&SiteConfig::dev_vars, file>(
        {"--dev-vars", "dev_vars", "FILE",
         "secrets for env, NAME=VALUE lines (default: .dev.vars beside a wrangler "
         "file, with development certificates)",
         "dev.vars"}),
    row<&SiteConfig::kv, record>({"--kv", "kv", "NAME[=ID]",
                                  "a key-value namespace that the script finds in env", "SESSIONS",
                                  "kv_namespaces"}),
    row<&SiteConfig::services, record>({"--service", "services", "NAME=SITE[,ENTRYPOINT]",
                                        "a fetcher in env that asks another site's script", "SELF=default",
                                        "services"}),
    row<&SiteConfig::ratelimits, record>(
        {"--ratelimit", "ratelimits", "NAME=ID,LIMIT,PERIOD",
         "a limiter in env: LIMIT times for one key in PERIOD, 10 or 60 seconds", "LIMITER=1001,100,60",
         "ratelimits"}),
    row<&SiteConfig::mtls_certificates, record>({"--mtls-certificate", "mtls_certificates", "NAME=CERT,KEY",
                                                 "a fetcher in env that presents this client certificate",
                                                 "CERT=edge.pem,edge-key.pem", "mtls_certificates"}),
    row<&SiteConfig::crons, text>({"--cron", "crons", "CRON",
                                   "when scheduled() of the script runs: five fields, in UTC", "*/5 * * * *",
                                   "triggers.crons"}),
    row<&SiteConfig::local_fetch, text>(
        {"--local-fetch", "local_fetch", "HOST[:PORT]",
         "let fetch() reach this host although it is on this machine or link-local; the origin always may be",
         "localhost:9000"}),
    row<&SiteConfig::frozen_clock, flag>(
        {"--frozen-clock", "frozen_clock", "",
         "let the clock that scripts see stand still while they run, as on Cloudflare", "on"}),
    row<&SiteConfig::cache_shared, flag>(
        {"--cache-shared", "cache_shared", "",
         "let the Cache API give what one client stored to all, as on Cloudflare; else each certificate has "
         "its own",
         "on"}),
    row<&SiteConfig::pass_through_on_exception, flag>(
        {"--pass-through-on-exception", "pass_through_on_exception", "",
         "let ctx.passThroughOnException() send failed requests to the origin although the site asks for "
         "certificates",
         "on"}),

    row<&SiteConfig::anchors, choice>(
        {"--anchors", "anchors", "roots|any",
         "which certificates of --client-ca end a client's chain: self-signed ones, or intermediate CAs too",
         "any"}),
    row<&SiteConfig::security_level, number, Range{2, 3}>(
        {"--security-level", "security_level", "2|3",
         "OpenSSL's level for keys and signatures, the clients' and the server's: 2 asks for RSA of 2048 "
         "bits, "
         "3 for 3072",
         "3"}),
    row<&SiteConfig::strict_chain, on_off>(
        {"--strict-chain", "strict_chain", "on|off",
         "take RFC 5280 at its word: refuse chains with missing key identifiers, wrongly critical extensions "
         "and the like, and evaluate certificate policies",
         "on"}),
    row<&SiteConfig::certificate_policies, text>(
        {"--certificate-policy", "certificate_policies", "OID",
         "a certificate policy that a client's whole chain must assert; of several, one is enough",
         "2.16.840.1.101.3.2.1.48.1"}),
    row<&SiteConfig::ca_names, on_off>(
        {"--ca-names", "ca_names", "on|off",
         "name the CAs of --client-ca in the handshake, for clients that choose their certificate by them",
         "off"}),
    row<&SiteConfig::chain_depth, number, Range{0, 100}>(
        {"", "chain_depth", "N", "as the limit chain_depth, for this site; 0: as the limit says", "1"}),
    row<&SiteConfig::chain_bytes, size, Range{0, 1 * MiB}>(
        {"", "chain_bytes", "SIZE", "as the limit chain_bytes, for this site; 0: as the limit says",
         "16KiB"}),

    // --- limits ---
    row<&Limits::handshake_timeout, duration>(
        {"--handshake-timeout", "handshake_timeout", "TIME", "for a TLS handshake", "5s"}),
    row<&Limits::header_timeout, duration>(
        {"--header-timeout", "header_timeout", "TIME", "for a request's head, from its first byte", "5s"}),
    row<&Limits::idle_timeout, duration>(
        {"--idle-timeout", "idle_timeout", "TIME", "between two requests of a connection", "2m"}),
    row<&Limits::body_timeout, duration>(
        {"--body-timeout", "body_timeout", "TIME", "without a byte of a request's body", "5s"}),
    row<&Limits::body_rate, number>(
        {"--body-rate", "body_rate", "N",
         "bytes a second that a request's body comes with, on average once --body-timeout "
         "is used up; 0: any",
         "1000"}),
    row<&Limits::write_timeout, duration>({"--write-timeout", "write_timeout", "TIME",
                                           "without a byte of a response taken by the client", "5s"}),
    row<&Limits::handler_timeout, duration>({"--handler-timeout", "handler_timeout", "TIME",
                                             "from a request's head to the script's Response", "5s"}),
    row<&Limits::wait_until_timeout, duration>({"--wait-until-timeout", "wait_until_timeout", "TIME",
                                                "for ctx.waitUntil() after the response", "5s"}),
    row<&Limits::scheduled_timeout, duration>(
        {"--scheduled-timeout", "scheduled_timeout", "TIME", "of one run of the scheduled handler", "5m"}),
    row<&Limits::connect_timeout, duration>(
        {"--connect-timeout", "connect_timeout", "TIME", "to reach an origin, TLS included", "5s"}),
    row<&Limits::origin_timeout, duration>(
        {"--origin-timeout", "origin_timeout", "TIME", "without a byte from an origin", "5s"}),
    row<&Limits::drain_timeout, duration>(
        {"--drain-timeout", "drain_timeout", "TIME", "for running requests to end after SIGTERM", "5s"}),
    row<&Limits::startup_cpu, duration>(
        {"--startup-cpu", "startup_cpu", "TIME", "CPU time of a script's top level", "500ms"}),
    row<&Limits::request_cpu, duration>({"--request-cpu", "request_cpu", "TIME",
                                         "CPU time of one request in its script", "10ms", "limits.cpu_ms"}),
    row<&Limits::header_bytes, size, header>(
        {"--header-bytes", "header_bytes", "SIZE", "of a request line and headers", "16KiB"}),
    row<&Limits::header_count, number, some>(
        {"--header-count", "header_count", "N", "headers of a request", "64"}),
    row<&Limits::uri_bytes, size, header>(
        {"--uri-bytes", "uri_bytes", "SIZE", "of a request's target", "8KiB"}),
    row<&Limits::body_bytes, size>({"--body-bytes", "body_bytes", "SIZE", "of a request's body", "1GiB"}),
    row<&Limits::buffered_body_bytes, size>({"--buffered-body-bytes", "buffered_body_bytes", "SIZE",
                                             "that text(), json() and their like collect", "1MiB"}),
    row<&Limits::connections, number, some>(
        {"--connections", "connections", "N", "open at once in one worker", "500"}),
    row<&Limits::connections_per_client, number, some>({"--connections-per-client", "connections_per_client",
                                                        "N", "open at once from one address in one worker",
                                                        "50"}),
    row<&Limits::heap_bytes, size, Range{8 * MiB, 64 * GiB}>(
        {"--heap-bytes", "heap_bytes", "SIZE", "of one script's JavaScript heap", "256MiB"}),
    row<&Limits::stack_bytes, size, Range{64 * KiB, 4 * MiB}>(
        {"--stack-bytes", "stack_bytes", "SIZE", "of JavaScript calls", "1MiB"}),
    row<&Limits::subrequests, number>(
        {"--subrequests", "subrequests", "N", "fetch() calls of one request", "10", "limits.subrequests"}),
    row<&Limits::open_fetches, number, some>(
        {"--open-fetches", "open_fetches", "N",
         "fetch() calls of one request that wait for a response at once; others wait for them", "2"}),
    row<&Limits::store_calls, number>(
        {"--store-calls", "store_calls", "N", "KV and cache operations of one request", "50"}),
    row<&Limits::cache_bytes, size>({"--cache-bytes", "cache_bytes", "SIZE",
                                     "of responses that the Cache API keeps for one site in one worker",
                                     "16MiB"}),
    row<&Limits::origin_connections, number, some>(
        {"--origin-connections", "origin_connections", "N", "kept open to one origin in one worker", "16"}),
    row<&Limits::chain_bytes, size, Range{4 * KiB, 1 * MiB}>(
        {"--chain-bytes", "chain_bytes", "SIZE", "of certificates that a client sends", "16KiB"}),
    row<&Limits::chain_depth, number, Range{1, 100}>(
        {"--chain-depth", "chain_depth", "N", "certificates between a client's and a CA of --client-ca",
         "2"}),
    row<&Limits::crl_bytes, size, Range{1 * KiB, 1 * GiB}>(
        {"--crl-bytes", "crl_bytes", "SIZE", "of a revocation list that is fetched", "16MiB"}),
    row<&Limits::crl_timeout, duration>(
        {"--crl-timeout", "crl_timeout", "TIME", "to fetch a revocation list", "10s"}),
    row<&Limits::ocsp_bytes, size, Range{1 * KiB, 1 * MiB}>(
        {"--ocsp-bytes", "ocsp_bytes", "SIZE", "of an OCSP response", "16KiB"}),
    row<&Limits::ocsp_timeout, duration>(
        {"--ocsp-timeout", "ocsp_timeout", "TIME", "for an OCSP response to come", "2s"}),
    row<&Limits::webhook_timeout, duration>(
        {"--webhook-timeout", "webhook_timeout", "TIME", "to tell --expiry-webhook", "5s"}),
};

}  // namespace

std::span<const Option> options() { return rows; }

}  // namespace edge
