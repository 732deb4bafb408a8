// The identity headers: which names are ours alone, and the three presets that forward a client's
// certificate.
#include "runtime/http/identity_headers.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"

namespace edge::http {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Backends that pass headers on as variables (CGI, WSGI, PHP, servlets) fold every byte that is no letter or
// digit to
// "_", so all of them count as the "-" of our own spelling.
std::string folded(std::string_view name) {
  while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  std::string out(name);
  for (char& c : out) {
    if (!is_alphanumeric(c)) c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Every header that starts so says who the client is, in the convention of some proxy that an origin may
// trust.
constexpr std::array<std::string_view, 18> prefixes = {
    "cf-client-cert-",   // Cloudflare, client_certificate_forwarding
    "cf-cert-",          // Cloudflare, managed transform
    "cf-access-",        // Cloudflare Access
    "cf-connecting-ip",  // with CF-Connecting-IPv6
    "client-cert",       // RFC 9440: Client-Cert, Client-Cert-Chain
    "ssl-client-",       // nginx and Apache as commonly configured
    "ssl-cert",          // ingress-nginx
    "x-ssl-",            // nginx and HAProxy as commonly configured
    "x-tls-client-",     // the same, newer
    "x-mtls-",
    "x-cert-",        // the nine of Cloudflare's forwarding example
    "x-client-cert",  // Google Cloud
    "x-client-verify",  "x-client-dn", "x-spiffe-",
    "x-amzn-mtls-",      // AWS Application Load Balancer
    "x-arr-clientcert",  // Azure App Service
    "x-forwarded-",  // -For, -Proto, -Client-Cert (Envoy), -Tls-Client-Cert (Traefik): no proxy before us is
                     // trusted
};

constexpr std::array<std::string_view, 13> names = {
    "cf-ray",        "cf-visitor", "cf-worker",      "cf-ew-via",   "cf-ipcountry",        "cf-pseudo-ipv4",
    "x-real-ip",     "forwarded",  "true-client-ip", "x-client-ip", "x-cluster-client-ip", "cert-chain",
    "x-remote-user",
};

// RFC 9110 section 7.6.1, and those of RFC 2616 that old peers still send.
constexpr std::array<std::string_view, 7> hop_by_hop = {
    "Connection", "Keep-Alive",        "Proxy-Connection", "Proxy-Authorization",
    "TE",         "Transfer-Encoding", "Upgrade",
};

// RFC 9110 section 5.6.1: empty elements of a list are ignored.
std::vector<std::string> connection_options(const HeaderList& headers) {
  std::vector<std::string> options;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    if (!equal_ignoring_case(name, "Connection")) continue;
    std::size_t at = 0;
    while (at <= value.size()) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      std::string_view option = value.substr(at, comma - at);
      const std::size_t first = option.find_first_not_of(" \t");
      if (first != option.npos)
        options.emplace_back(option.substr(first, option.find_last_not_of(" \t") - first + 1));
      at = comma + 1;
    }
  }
  return options;
}

// What a certificate says may hold any byte (T24). RFC 2253 escapes most; whatever is left that a header may
// not hold is written in the same way, so that no origin reads a second header or a line of its own.
std::string header_safe(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool space_at_end = byte == ' ' && (i == 0 || i + 1 == text.size());
    if (byte >= 0x20 && byte < 0x7f && !space_at_end) {
      out += text[i];
      continue;
    }
    out += '\\';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

void set_or_remove(HeaderList& headers, std::string_view name, std::string_view value) {
  if (value.empty()) return headers.remove(name);
  headers.set(name, header_safe(value));
}

// https://developers.cloudflare.com/ssl/client-certificates/forward-a-client-certificate/
void add_cloudflare(HeaderList& headers, const tls::Peer& peer) {
  const bool good = peer.good();
  // DEPARTURE: Cloudflare names no limit; over RFC 9440's limit of 10 KiB an origin gets the digest alone
  // (T25).
  const bool fits = good && !peer.auth.rfc9440_too_large;
  set_or_remove(headers, "Cf-Client-Cert-Der-Base64", fits ? base64(peer.leaf_der) : "");
  set_or_remove(headers, "Cf-Client-Cert-Sha256", good ? peer.auth.fingerprint_sha256 : "");
}

struct ManagedHeader {
  std::string_view name;
  std::string tls::ClientAuth::* value;
};
constexpr std::array<ManagedHeader, 14> managed_headers = {{
    {"cf-cert-issuer-dn", &tls::ClientAuth::issuer_dn},
    {"cf-cert-subject-dn", &tls::ClientAuth::subject_dn},
    {"cf-cert-issuer-dn-rfc2253", &tls::ClientAuth::issuer_dn_rfc2253},
    {"cf-cert-subject-dn-rfc2253", &tls::ClientAuth::subject_dn_rfc2253},
    {"cf-cert-issuer-dn-legacy", &tls::ClientAuth::issuer_dn_legacy},
    {"cf-cert-subject-dn-legacy", &tls::ClientAuth::subject_dn_legacy},
    {"cf-cert-serial", &tls::ClientAuth::serial},
    {"cf-cert-issuer-serial", &tls::ClientAuth::issuer_serial},
    {"cf-cert-sha256", &tls::ClientAuth::fingerprint_sha256},
    {"cf-cert-sha1", &tls::ClientAuth::fingerprint_sha1},
    {"cf-cert-not-before", &tls::ClientAuth::not_before},
    {"cf-cert-not-after", &tls::ClientAuth::not_after},
    {"cf-cert-ski", &tls::ClientAuth::ski},
    {"cf-cert-issuer-ski", &tls::ClientAuth::issuer_ski},
}};

// https://developers.cloudflare.com/rules/transform/managed-transforms/reference/#add-tls-client-auth-headers
void add_managed_transform(HeaderList& headers, const tls::ClientAuth& auth) {
  headers.set("cf-cert-presented", auth.presented == "1" ? "true" : "false");
  headers.set("cf-cert-verified", auth.verified == "SUCCESS" ? "true" : "false");
  headers.set("cf-cert-revoked", auth.revoked == "1" ? "true" : "false");
  for (const auto& [name, value] : managed_headers) set_or_remove(headers, name, auth.*value);
}

// RFC 9440 section 2: both headers belong to the proxy alone, so they go where there is nothing to say.
void add_rfc9440(HeaderList& headers, const tls::Peer& peer) {
  const bool leaf = peer.good() && !peer.auth.rfc9440_too_large;
  const bool chain = leaf && !peer.auth.chain_rfc9440_too_large;
  set_or_remove(headers, "Client-Cert", leaf ? peer.auth.rfc9440 : "");
  set_or_remove(headers, "Client-Cert-Chain", chain ? peer.auth.chain_rfc9440 : "");
}

}  // namespace

bool claims_identity(std::string_view header_name) {
  const std::string name = folded(header_name);
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
         std::ranges::find(names, name) != names.end();
}

void strip_request_headers(HeaderList& headers) {
  // What Connection nominates goes first: our own headers are added later, so none of them can be nominated
  // away.
  const std::vector<std::string> nominated = connection_options(headers);
  headers.remove_if([&](std::string_view name) {
    const auto is_name = [&](std::string_view other) { return equal_ignoring_case(name, other); };
    return std::ranges::any_of(hop_by_hop, is_name) || std::ranges::any_of(nominated, is_name) ||
           claims_identity(name);
  });
}

void add_identity_headers(HeaderList& headers, ForwardPreset preset, const tls::Peer& peer) {
  switch (preset) {
    case ForwardPreset::none:
      return;
    case ForwardPreset::cloudflare:
      return add_cloudflare(headers, peer);
    case ForwardPreset::managed_transform:
      return add_managed_transform(headers, peer.auth);
    case ForwardPreset::rfc9440:
      return add_rfc9440(headers, peer);
  }
}

}  // namespace edge::http
