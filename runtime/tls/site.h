// A Site is one trust: certificate, client CAs, mode. Sites finds the Site of a host name, for TLS and HTTP
// alike.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/openssl.h"
#include "runtime/tls/revocations.h"
#include "runtime/tls/tickets.h"

namespace edge::tls {

/// A host name in the one form that is ever compared: lower case, no trailing dot, no port, no brackets.
/// Nothing for what is no host name ("a b", "", "a..b", "[::1" …). (T11, T12)
std::optional<std::string> normalise_host(std::string_view host);

class Site {
 public:
  /// Reads certificate, key and CAs; fails, naming file, key and remedy, for what cannot be used (T14).
  static Result<std::shared_ptr<const Site>> load(const SiteConfig& config, const Limits& limits,
                                                  const TicketSecrets& ticket_secrets);
  /// What decides about clients alone, without a certificate of its own: for tools that make no handshake.
  /// context() is null.
  static Result<std::shared_ptr<const Site>> load_trust(const SiteConfig& config, const Limits& limits);
  ~Site();

  [[nodiscard]] const SiteConfig& config() const;
  [[nodiscard]] const std::vector<X509Ptr>& client_cas() const;
  /// Hash over everything that decides trust (CAs, mode, depth, key of the script): sessions are bound to it.
  [[nodiscard]] const std::array<std::uint8_t, 32>& trust_id() const;
  [[nodiscard]] bool has_lists() const;  ///< or fetches them
  [[nodiscard]] bool asks_ocsp() const;  ///< a responder, about clients' certificates
  [[nodiscard]] ListPolicy list_policy() const;
  /// Whose lists count, at `now`. The certificates of crl_issuer that count for nothing are told in
  /// `left_out`.
  [[nodiscard]] std::vector<ListSigner> list_signers(std::int64_t now,
                                                     std::vector<std::string>* left_out = nullptr) const;
  [[nodiscard]] ssl_ctx_st* context() const;
  [[nodiscard]] x509_store_st* anchors() const;
  /// Seal session tickets, in every process that has them; none: sessions are remembered in this process
  /// only, which makes resumption cheaper where there is but one.
  [[nodiscard]] const TicketSecrets& ticket_secrets() const;
  [[nodiscard]] int chain_depth_max() const;

 private:
  Site();
  struct State;
  std::unique_ptr<State> state_;
};

/// Fails when two sites claim one name, a host is no host name, or two sites have no hosts.
Result<> check_hosts(std::span<const SiteConfig> sites);

/// Chooses the Site of a name: exact, then the wildcard of its parent, then the one Site without hosts.
class Sites {
 public:
  explicit Sites(std::vector<std::shared_ptr<const Site>> sites);
  /// `host` is what the client sent, in SNI or Host; null: no Site serves it. An empty SNI means "no name".
  [[nodiscard]] const Site* find(std::string_view host) const;
  [[nodiscard]] std::span<const std::shared_ptr<const Site>> all() const;

 private:
  std::vector<std::shared_ptr<const Site>> sites_;
  std::map<std::string, const Site*, std::less<>> exact_, wildcard_;
  const Site* fallback_ = nullptr;
};

}  // namespace edge::tls
