// One table for each preset. Of a client that is not good a preset says only that, but for Cloudflare's
// managed transform, which tells all that the certificate says.
#include "runtime/http/forward_presets.h"

#include <algorithm>

#include "runtime/http/header_text.h"

namespace edge::http {
namespace {

using enum Carries;
using enum Of;
using tls::ClientAuth;

// --- Cloudflare ---

// https://developers.cloudflare.com/ssl/client-certificates/forward-a-client-certificate/
// DEPARTURE: Cloudflare names no limit; over RFC 9440's limit of 10 KiB an origin gets the digest alone
// (T25).
constexpr ForwardRow cloudflare[] = {
    {"Cf-Client-Cert-Der-Base64", good, leaf, &leaf_base64},
    {"Cf-Client-Cert-Sha256", good, nothing, &auth_text<&ClientAuth::fingerprint_sha256>},
};

std::string boolean(bool value) { return value ? "true" : "false"; }
std::string is_presented(const Told& told) { return boolean(told.peer.client->auth.presented == "1"); }
std::string is_verified(const Told& told) { return boolean(told.peer.client->auth.verified == "SUCCESS"); }
std::string is_revoked(const Told& told) { return boolean(told.peer.client->auth.revoked == "1"); }

// https://developers.cloudflare.com/rules/transform/managed-transforms/reference/#add-tls-client-auth-headers
constexpr ForwardRow managed_transform[] = {
    {"cf-cert-presented", every_client, nothing, &is_presented},
    {"cf-cert-verified", every_client, nothing, &is_verified},
    {"cf-cert-revoked", every_client, nothing, &is_revoked},
    {"cf-cert-issuer-dn", every_client, nothing, &auth_text<&ClientAuth::issuer_dn>},
    {"cf-cert-subject-dn", every_client, nothing, &auth_text<&ClientAuth::subject_dn>},
    {"cf-cert-issuer-dn-rfc2253", every_client, nothing, &auth_text<&ClientAuth::issuer_dn_rfc2253>},
    {"cf-cert-subject-dn-rfc2253", every_client, nothing, &auth_text<&ClientAuth::subject_dn_rfc2253>},
    {"cf-cert-issuer-dn-legacy", every_client, nothing, &auth_text<&ClientAuth::issuer_dn_legacy>},
    {"cf-cert-subject-dn-legacy", every_client, nothing, &auth_text<&ClientAuth::subject_dn_legacy>},
    {"cf-cert-serial", every_client, nothing, &auth_text<&ClientAuth::serial>},
    {"cf-cert-issuer-serial", every_client, nothing, &auth_text<&ClientAuth::issuer_serial>},
    {"cf-cert-sha256", every_client, nothing, &auth_text<&ClientAuth::fingerprint_sha256>},
    {"cf-cert-sha1", every_client, nothing, &auth_text<&ClientAuth::fingerprint_sha1>},
    {"cf-cert-not-before", every_client, nothing, &auth_text<&ClientAuth::not_before>},
    {"cf-cert-not-after", every_client, nothing, &auth_text<&ClientAuth::not_after>},
    {"cf-cert-ski", every_client, nothing, &auth_text<&ClientAuth::ski>},
    {"cf-cert-issuer-ski", every_client, nothing, &auth_text<&ClientAuth::issuer_ski>},
};

// --- RFC 9440 sections 2.2 and 2.3: the chain that was verified, in TLS's order, without leaf and root ---

constexpr ForwardRow rfc9440[] = {
    {"Client-Cert", good, leaf, &leaf_rfc9440},
    {"Client-Cert-Chain", good, chain, &issuers_rfc9440},
};

// --- Envoy ---

/// A DN in which neither a quote nor a backslash before one is left: both have another escape in RFC 2253, so
/// that every reader finds the end of the quoted string in the same place.
std::string without_quotes(std::string_view dn) {
  std::string out;
  for (std::size_t i = 0; i < dn.size(); ++i) {
    const bool is_pair = dn[i] == '\\' && i + 1 < dn.size();
    const char c = is_pair ? dn[++i] : dn[i];
    if (c == '"') {
      out += "\\22";
    } else if (c == '\\') {
      out += "\\5C";
    } else {
      if (is_pair) out += '\\';
      out += c;
    }
  }
  return header_safe(out);
}

/// What a URI may hold besides letters, digits and the like; "%" begins its own %XX.
constexpr std::string_view in_uri = ":/?#[]@!$&'()*+,;=%";
/// A "%" in a host name would make two names of one text.
constexpr std::string_view in_host = ":/?#[]@!$&'()*+,;=";

/// A name as XFCC has it: in quotes where a character would end it. What is not `safe` is written as %XX.
std::string xfcc_value(std::string_view name, std::string_view safe) {
  const std::string text = percent_encoded(name, safe);
  return text.empty() || text.find_first_of(",;=") != text.npos ? '"' + text + '"' : text;
}

// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
std::string xfcc_element(const Told& told) {
  const tls::Peer& peer = told.peer;
  std::string out(told.by);
  if (!out.empty()) out += ';';
  out += "Hash=" + peer.client->auth.fingerprint_sha256;
  const bool has_leaf = !leaf_too_large(peer);
  if (has_leaf) out += ";Cert=\"" + percent_encoded(pem_of({peer.client->leaf_der})) + '"';
  if (has_leaf && !issuers_too_large(peer)) {
    std::vector<BytesView> chain{peer.client->leaf_der};
    chain.insert(chain.end(), peer.client->issuers_der.begin(), peer.client->issuers_der.end());
    out += ";Chain=\"" + percent_encoded(pem_of(chain)) + '"';
  }
  out += ";Subject=\"" + without_quotes(peer.client->auth.subject_dn_rfc2253) + '"';
  const tls::CertificateDetails& details = told.details();
  for (const std::string& uri : details.san_uri) out += ";URI=" + xfcc_value(uri, in_uri);
  // Readers expect the key; Envoy writes it without a value too.
  if (details.san_uri.empty()) out += ";URI=";
  for (const std::string& dns : details.san_dns) out += ";DNS=" + xfcc_value(dns, in_host);
  return out;
}

constexpr ForwardRow xfcc[] = {{"X-Forwarded-Client-Cert", good, Carries::chain, &xfcc_element}};

// --- nginx and ingress-nginx ---

/// $ssl_client_verify. A list that revokes, and one that is missing, fail a client in nginx's verification.
// https://nginx.org/en/docs/http/ngx_http_ssl_module.html#variables
std::string nginx_verify(const Told& told) {
  const tls::Peer& peer = told.peer;
  const std::string state = certificate_state(told);
  if (state == "revoked") return "FAILED:certificate revoked";
  if (state != "unknown") return peer.client->auth.verified;
  return peer.verdict.why == tls::Verdict::Why::stale ? "FAILED:CRL has expired"
                                                      : "FAILED:unable to get certificate CRL";
}
std::string magnitude(const Told& told) { return serial_magnitude(told.peer.client->auth.serial); }
std::string escaped_pem(const Told& told) {
  return leaf_too_large(told.peer) ? "" : percent_encoded(pem_of({told.peer.client->leaf_der}));
}

// nginx's variables with "-" for "_", and ingress-nginx's two other names for the DNs.
// DEPARTURE: nginx fills all of them for a client that failed too; an origin may look at one of them alone.
constexpr ForwardRow nginx[] = {
    {"ssl-client-verify", every_client, nothing, &nginx_verify},
    {"ssl-client-s-dn", good, nothing, &auth_text<&ClientAuth::subject_dn_rfc2253>},
    {"ssl-client-i-dn", good, nothing, &auth_text<&ClientAuth::issuer_dn_rfc2253>},
    {"ssl-client-subject-dn", good, nothing, &auth_text<&ClientAuth::subject_dn_rfc2253>},
    {"ssl-client-issuer-dn", good, nothing, &auth_text<&ClientAuth::issuer_dn_rfc2253>},
    {"ssl-client-serial", good, nothing, &magnitude},
    {"ssl-client-fingerprint", good, nothing, &auth_text<&ClientAuth::fingerprint_sha1>},
    {"ssl-client-v-start", good, nothing, &auth_text<&ClientAuth::not_before>},
    {"ssl-client-v-end", good, nothing, &auth_text<&ClientAuth::not_after>},
    {"ssl-client-cert", good, leaf, &escaped_pem},
};

// --- AWS Application Load Balancer, mode "verify" ---

std::string validity(const Told& told) {
  const tls::CertificateDetails& details = told.details();
  return "NotBefore=" + iso_time(details.not_before) + ";NotAfter=" + iso_time(details.not_after);
}
std::string aws_pem(const Told& told) {
  return leaf_too_large(told.peer) ? "" : percent_encoded(pem_of({told.peer.client->leaf_der}), "+=/");
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
constexpr ForwardRow aws[] = {
    {"X-Amzn-Mtls-Clientcert-Serial-Number", good, nothing, &magnitude},
    {"X-Amzn-Mtls-Clientcert-Issuer", good, nothing, &auth_text<&ClientAuth::issuer_dn_rfc2253>},
    {"X-Amzn-Mtls-Clientcert-Subject", good, nothing, &auth_text<&ClientAuth::subject_dn_rfc2253>},
    {"X-Amzn-Mtls-Clientcert-Validity", good, nothing, &validity},
    {"X-Amzn-Mtls-Clientcert-Leaf", good, leaf, &aws_pem},
};

}  // namespace

std::span<const ForwardRow> preset_rows(ForwardPreset preset) {
  switch (preset) {
    case ForwardPreset::none:
      return {};
    case ForwardPreset::cloudflare:
      return cloudflare;
    case ForwardPreset::managed_transform:
      return managed_transform;
    case ForwardPreset::rfc9440:
      return rfc9440;
    case ForwardPreset::xfcc:
      return xfcc;
    case ForwardPreset::nginx:
      return nginx;
    case ForwardPreset::aws:
      return aws;
  }
  return {};
}

std::string xfcc_by(BytesView server_certificate) {
  const auto details = tls::certificate_details(server_certificate);
  std::string by;
  if (!details) return by;
  for (const std::string& uri : details->san_uri)
    by += (by.empty() ? "By=" : ";By=") + xfcc_value(uri, in_uri);
  return by;
}

}  // namespace edge::http
