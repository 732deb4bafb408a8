// What a server would decide about one client, step by step, found out by the functions that decide when
// serving.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/peer.h"
#include "runtime/tls/site.h"

namespace edge::cli {

/// One certificate of the chain that was built.
struct ChainStep {
  enum class From : std::uint8_t { leaf, sent, anchor };
  From from = From::leaf;
  std::string subject, issuer;  ///< RFC 2253
  std::string serial, sha256;   ///< as in ClientAuth
  std::int64_t not_before = 0, not_after = 0;
  bool is_authority = false;
  std::vector<std::string> key_usage;  ///< "digitalSignature", …; empty: it has no keyUsage
  std::vector<std::string> extended_key_usage;
  std::vector<std::string> problems;  ///< what verification minds about it, with the remedy
  bool is_looked_up = false;          ///< in lists and deny-list
  tls::Verdict verdict;               ///< by itself, where it is looked up
};

struct Explanation {
  std::string site = {};
  ClientAuthMode mode = ClientAuthMode::optional;
  std::int64_t at = 0;                         ///< seconds since 1970
  std::vector<ChainStep> chain = {};           ///< leaf first
  std::vector<std::string> unused = {};        ///< subjects of sent certificates that the chain does without
  std::shared_ptr<const tls::Peer> peer = {};  ///< what a script would be told
  std::string refusal = {};                    ///< why the handshake fails; "": it does not
  [[nodiscard]] bool let_in() const { return refusal.empty() && peer->good(); }
};

/// The sites that `config` has, without their own certificates. Fails as serve does for what cannot be used.
Result<std::shared_ptr<const tls::Sites>> trust_of(const Config& config);

/// What `site` would make of a client that sends `chain`, leaf first, at `now`. Reads the site's lists, and
/// the cache, the deny-list and the memory of lists in config.state_dir. Fails as a reload would, for lists
/// that cannot be used.
Result<Explanation> explain(const tls::Site& site, const Config& config,
                            const std::vector<tls::X509Ptr>& chain, std::int64_t now);

/// For people, with the JSON that scripts see at its end.
std::string explanation_text(const Explanation& told, const std::string& client_auth);
/// For programs: {letIn, refusal, site, mode, at, chain, unused, revocation, tlsClientAuth}; `client_auth` is
/// in it as it is.
std::string explanation_json(const Explanation& told, const std::string& client_auth);

}  // namespace edge::cli
