// The value of every field that a header of the operator's own can have.
#include "runtime/http/forward_fields.h"

#include <array>
#include <utility>

#include "runtime/base/forward_header.h"
#include "runtime/http/header_text.h"

namespace edge::http {
namespace {

using enum Carries;
using enum Of;
using tls::CertificateDetails;
using tls::ClientAuth;

/// One of the 21, by its place in tls::client_auth_fields.
template <std::size_t index>
std::string auth_value(const Told& told) {
  const tls::ClientAuthField& field = tls::client_auth_fields[index];
  if (field.text) return told.peer.client->auth.*field.text;
  return told.peer.client->auth.*field.flag ? "true" : "false";
}

/// The only value where there is exactly one: of several none speaks for the certificate (T32).
std::string common_name(const Told& told) {
  std::string found;
  for (const tls::RelativeName& rdn : told.details().subject) {
    for (const auto& [type, value] : rdn) {
      if (type != "CN") continue;
      if (!found.empty()) return "";
      found = value;
    }
  }
  return found;
}

template <std::vector<std::string> CertificateDetails::* member>
std::string names(const Told& told) {
  return string_list(told.details().*member);
}
template <std::string CertificateDetails::* member>
std::string detail(const Told& told) {
  return told.details().*member;
}
template <std::int64_t CertificateDetails::* member>
std::string time(const Told& told) {
  return told.peer.client->leaf_der.empty() ? "" : iso_time(told.details().*member);
}

std::string is_ok(const Told& told) { return told.peer.good() ? "true" : "false"; }
std::string leaf_pem(const Told& told) {
  return leaf_too_large(told.peer) ? "" : percent_encoded(pem_of({told.peer.client->leaf_der}));
}
std::string tls_version(const Told& told) { return told.peer.connection.tls_version; }
std::string tls_cipher(const Told& told) { return told.peer.connection.tls_cipher; }

constexpr ForwardRow rows[] = {
    {"certPresented", every_client, nothing, &auth_value<0>},
    {"certVerified", every_client, nothing, &auth_value<1>},
    {"certRevoked", every_client, nothing, &auth_value<2>},
    {"certIssuerDN", good, nothing, &auth_value<3>},
    {"certSubjectDN", good, nothing, &auth_value<4>},
    {"certIssuerDNRFC2253", good, nothing, &auth_value<5>},
    {"certSubjectDNRFC2253", good, nothing, &auth_value<6>},
    {"certIssuerDNLegacy", good, nothing, &auth_value<7>},
    {"certSubjectDNLegacy", good, nothing, &auth_value<8>},
    {"certSerial", good, nothing, &auth_value<9>},
    {"certIssuerSerial", good, nothing, &auth_value<10>},
    {"certSKI", good, nothing, &auth_value<11>},
    {"certIssuerSKI", good, nothing, &auth_value<12>},
    {"certFingerprintSHA1", good, nothing, &auth_value<13>},
    {"certFingerprintSHA256", good, nothing, &auth_value<14>},
    {"certNotBefore", good, nothing, &auth_value<15>},
    {"certNotAfter", good, nothing, &auth_value<16>},
    {"certRFC9440", good, leaf, &auth_value<17>},
    {"certRFC9440TooLarge", every_client, nothing, &auth_value<18>},
    {"certChainRFC9440", good, nothing, &auth_value<19>},
    {"certChainRFC9440TooLarge", every_client, nothing, &auth_value<20>},
    {"cert.state", every_client, nothing, &certificate_state},
    {"cert.ok", every_client, nothing, &is_ok},
    {"cert.commonName", good, nothing, &common_name},
    {"cert.san.dns", good, nothing, &names<&CertificateDetails::san_dns>},
    {"cert.san.uri", good, nothing, &names<&CertificateDetails::san_uri>},
    {"cert.san.email", good, nothing, &names<&CertificateDetails::san_email>},
    {"cert.san.ip", good, nothing, &names<&CertificateDetails::san_ip>},
    {"cert.spiffeId", good, nothing, &detail<&CertificateDetails::spiffe_id>},
    {"cert.notBefore", good, nothing, &time<&CertificateDetails::not_before>},
    {"cert.notAfter", good, nothing, &time<&CertificateDetails::not_after>},
    {"cert.publicKey.spkiSha256", good, nothing, &detail<&CertificateDetails::spki_sha256>},
    {"cert.der", good, leaf, &leaf_base64},
    {"cert.pem", good, leaf, &leaf_pem},
    {"cert.issuers", good, chain, &issuers_rfc9440},
    {"tlsVersion", every_client, nothing, &tls_version},
    {"tlsCipher", every_client, nothing, &tls_cipher},
};

constexpr bool has_every_field() {
  if (std::size(rows) != forward_fields.size()) return false;
  for (std::size_t i = 0; i < forward_fields.size(); ++i)
    if (rows[i].name != forward_fields[i]) return false;
  return true;
}
static_assert(has_every_field(), "base/forward_header.h names the fields, in this order");

}  // namespace

const CertificateDetails& Told::details() const {
  if (!details_) {
    auto read = peer.client->leaf_der.empty() ? CertificateDetails{}
                                              : tls::certificate_details(peer.client->leaf_der);
    details_ = read ? std::move(*read) : CertificateDetails{};
  }
  return *details_;
}

std::span<const ForwardRow> forward_field_rows() { return rows; }

std::string leaf_base64(const Told& told) {
  return leaf_too_large(told.peer) ? "" : base64(told.peer.client->leaf_der);
}
std::string leaf_rfc9440(const Told& told) {
  return leaf_too_large(told.peer) ? "" : tls::rfc9440_item(told.peer.client->leaf_der);
}
std::string issuers_rfc9440(const Told& told) {
  if (leaf_too_large(told.peer) || issuers_too_large(told.peer)) return "";
  return tls::rfc9440_list(told.peer.client->issuers_der);
}

std::string certificate_state(const Told& told) {
  const tls::Peer& peer = told.peer;
  if (peer.client->auth.presented != "1") return "none";
  if (peer.client->auth.verified != "SUCCESS") return "failed";
  if (peer.client->auth.revoked == "1") return "revoked";
  return peer.good() ? "verified" : "unknown";
}

bool leaf_too_large(const tls::Peer& peer) { return peer.client->auth.rfc9440_too_large; }

bool issuers_too_large(const tls::Peer& peer) {
  std::size_t bytes = 0;
  for (const Bytes& der : peer.client->issuers_der) {
    if (bytes > 0) bytes += 2;              // ", "
    bytes += 2 + (der.size() + 2) / 3 * 4;  // ":base64:"
  }
  return bytes > tls::rfc9440_chain_bytes_max;
}

}  // namespace edge::http
