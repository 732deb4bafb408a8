// The identity headers: which names are ours alone, whatever preset is in use.
#include "runtime/http/identity_headers.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace edge::http {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Every header that starts so says who the client is, in the convention of some proxy that an origin may
// trust.
constexpr std::array<std::string_view, 22> prefixes = {
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
    "x-client-verify",  "x-client-dn",          "x-client-s-dn", "x-client-i-dn",
    "x-client-serial",  "x-client-fingerprint", "x-spiffe-",
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

// How any of them begins: most headers are let off after a look at their first letter.
constexpr auto first_letters = [] {
  std::array<bool, 256> table{};
  for (const std::string_view prefix : prefixes) table[static_cast<unsigned char>(prefix.front())] = true;
  for (const std::string_view name : names) table[static_cast<unsigned char>(name.front())] = true;
  return table;
}();

// What a client says for itself, in this spelling alone: the service tokens of Cloudflare Access.
constexpr std::array<std::string_view, 2> credentials = {"cf-access-client-id", "cf-access-client-secret"};

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

std::string_view trimmed(std::string_view name) {
  while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  return name;
}

// Backends that pass headers on as variables (CGI, WSGI, PHP, servlets) fold every byte that is no letter or
// digit to "_", so all of them count as the "-" of our own spelling.
char folded(char c) {
  if (!is_alphanumeric(c)) return '-';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string folded_name(std::string_view name) {
  std::string out(trimmed(name));
  for (char& c : out) c = folded(c);
  return out;
}

namespace {
// Most names are let off after a look at their size.
std::uint64_t bit_of_size(std::string_view name) {
  return std::uint64_t{1} << std::min<std::size_t>(name.size(), 63);
}
}  // namespace

void FoldedNames::add(std::string_view name) {
  names_.push_back(folded_name(name));
  sizes_ |= bit_of_size(names_.back());
}

bool FoldedNames::contain(std::string_view header_name) const {
  header_name = trimmed(header_name);
  if ((sizes_ & bit_of_size(header_name)) == 0) return false;
  return std::ranges::any_of(
      names_, [&](const std::string& name) { return std::ranges::equal(header_name, name, {}, folded); });
}

FoldedNames configured_claims(const Config& config) {
  FoldedNames claims;
  for (const SiteConfig& site : config.sites)
    for (const ForwardHeader& header : site.forward_headers) claims.add(header.name);
  return claims;
}

bool claims_identity(std::string_view header_name, const FoldedNames& configured) {
  header_name = trimmed(header_name);
  const char first = header_name.empty() ? '-' : folded(header_name.front());
  if (!first_letters[static_cast<unsigned char>(first)]) return configured.contain(header_name);
  for (const std::string_view credential : credentials)
    if (equal_ignoring_case(header_name, credential)) return false;
  const std::string name = folded_name(header_name);
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
         std::ranges::find(names, name) != names.end() || configured.contain(header_name);
}

void strip_request_headers(HeaderList& headers, const FoldedNames& configured) {
  // What Connection nominates goes first: our own headers are added later, so none of them can be nominated
  // away.
  const std::vector<std::string> nominated = connection_options(headers);
  headers.remove_if([&](std::string_view name) {
    const auto is_name = [&](std::string_view other) { return equal_ignoring_case(name, other); };
    return std::ranges::any_of(hop_by_hop, is_name) || std::ranges::any_of(nominated, is_name) ||
           claims_identity(name, configured);
  });
}

}  // namespace edge::http
