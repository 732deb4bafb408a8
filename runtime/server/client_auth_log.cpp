// Writes `tls.client_auth`, bounded for each client address so that no client can fill the disk.
#include "runtime/server/client_auth_log.h"

#include <openssl/x509.h>

#include <string>

#include "runtime/base/log.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::server {
namespace {

constexpr std::chrono::minutes window{1};
constexpr std::size_t wanted_bytes_max = 1024;

// The names of the CAs whose certificates the site accepts: what a person compares the refused issuer with.
std::string wanted(const tls::Site* site) {
  std::string names;
  if (!site) return names;
  for (const auto& ca : site->client_cas()) {
    if (names.size() > wanted_bytes_max) return names + "; …";
    if (!names.empty()) names += "; ";
    names += tls::name_rfc2253(X509_get_subject_name(ca.get()));
  }
  return names;
}

}  // namespace

struct ClientAuthLog::Event {
  const boost::asio::ip::address& client;
  const tls::Peer* peer;
  const tls::Site* site;
  std::string_view outcome;  ///< "refused": the handshake failed; "accepted": the script decides
  std::string_view reason;
};

void ClientAuthLog::refused(const boost::asio::ip::address& client, const tls::Peer* peer,
                            const tls::Site* site, std::string_view why) {
  write({.client = client, .peer = peer, .site = site, .outcome = "refused", .reason = why});
}

void ClientAuthLog::not_good(const boost::asio::ip::address& client, const tls::Peer& peer,
                             const tls::Site& site) {
  const std::string_view reason = peer.client->auth.verified != "SUCCESS"
                                      ? std::string_view(peer.client->auth.verified)
                                      : "certificate revoked";
  write({.client = client, .peer = &peer, .site = &site, .outcome = "accepted", .reason = reason});
}

void ClientAuthLog::write(const Event& event) {
  const auto now = std::chrono::steady_clock::now();
  // Forgetting everybody is fair to all and needs no bookkeeping of ages; it only lets a few more lines
  // through.
  if (budgets_.size() >= addresses_max) budgets_.clear();
  auto [at, is_new] = budgets_.try_emplace(event.client, Budget{.since = now});
  Budget& budget = at->second;
  if (now - budget.since >= window) budget = {.since = now, .written = 0, .left_out = budget.left_out};
  if (budget.written >= events_max) {
    ++budget.left_out;
    return;
  }
  ++budget.written;
  const std::size_t left_out = std::exchange(budget.left_out, 0);

  static const tls::Peer nobody{};
  const tls::Peer& peer = event.peer ? *event.peer : nobody;
  log::write(LogLevel::warn, "tls.client_auth", "client authentication failed",
             {{"client_ip", event.client.to_string()},
              {"outcome", event.outcome},
              {"reason", event.reason},
              {"site", event.site ? std::string_view(event.site->config().name) : ""},
              {"sni", peer.connection.sni},
              {"resumed", peer.connection.resumed},
              {"cert_verified", peer.client->auth.verified},
              {"cert_revoked", peer.client->auth.revoked == "1"},
              {"cert_subject", peer.client->auth.subject_dn},
              {"cert_issuer", peer.client->auth.issuer_dn},
              {"cert_serial", peer.client->auth.serial},
              {"cert_sha256", peer.client->auth.fingerprint_sha256},
              {"ca_wanted", wanted(event.site)},
              {"left_out", left_out}});
}

}  // namespace edge::server
