// What a header to the origin can say about a client: rows of a name, when it is said, and how its text is
// made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/tls/certificate.h"
#include "runtime/tls/peer.h"

namespace edge::http {

/// A client, as rows read it. The structured view of its certificate is made when a row first asks for it.
class Told {
 public:
  Told(const tls::Peer& peer, std::string_view server_uri_names) : peer(peer), by(server_uri_names) {}
  const tls::Peer& peer;
  std::string_view by;  ///< XFCC's elements about our own certificate: "By=spiffe://…"; "" for none
  /// Empty values for a client without a certificate and for one that must not be read (T30).
  const tls::CertificateDetails& details() const;

 private:
  mutable std::optional<tls::CertificateDetails> details_;
};

/// Which parts of a chain a text may hold: over their limit it leaves them out, and the origin is told so.
enum class Carries : std::uint8_t { nothing, leaf, chain };
/// `good`: only of a client whose certificate verified and that no list revokes.
enum class Of : std::uint8_t { every_client, good };

struct ForwardRow {
  std::string_view name;  ///< of the header, or of the field
  Of of;
  Carries carries;
  std::string (*text)(const Told& told);  ///< "": there is nothing to say, and no header
};

/// The fields of base/forward_header.h, in their order.
std::span<const ForwardRow> forward_field_rows();

// Texts that fields and presets share.
std::string leaf_base64(const Told& told);
std::string leaf_rfc9440(const Told& told);
std::string issuers_rfc9440(const Told& told);
/// "verified", "failed", "none", "revoked", "unknown": as request.cf.tlsClientAuth.cert.state.
std::string certificate_state(const Told& told);
/// One of the 21 values that are text.
template <std::string tls::ClientAuth::* member>
std::string auth_text(const Told& told) {
  return told.peer.client->auth.*member;
}

// Over the limits of tls/client_auth.h (T25).
bool leaf_too_large(const tls::Peer& peer);
bool issuers_too_large(const tls::Peer& peer);

}  // namespace edge::http
