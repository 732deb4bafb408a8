// What a person sees who starts edge-run without certificates: commands to paste, and what each will show.
#include <algorithm>

#include "runtime/cli/dev_certs.h"

namespace edge::cli {
namespace {

std::string_view outcome(std::string_view client, ClientAuthMode mode) {
  const bool required = mode == ClientAuthMode::required;
  if (client == "good") return "a good certificate: certVerified is \"SUCCESS\", certRevoked is \"0\"";
  if (client == "revoked")
    return required ? "a revoked certificate: refused"
                    : "a revoked certificate: certVerified is \"SUCCESS\", certRevoked is \"1\"";
  if (client == "expired")
    return required ? "an expired certificate: refused in the handshake"
                    : "an expired certificate: certVerified begins with \"FAILED:\"";
  if (client == "foreign")
    return required ? "a certificate of another CA: refused in the handshake"
                    : "a certificate of another CA: certVerified begins with \"FAILED:\"";
  return required ? "no certificate: refused in the handshake"
                  : "no certificate: certVerified is \"NONE\", certPresented is \"0\"";
}

/// The name that reaches `site`, and what curl needs to find it here.
std::string target(const SiteConfig& site, std::uint16_t port) {
  const std::string at = ":" + std::to_string(port);
  if (site.hosts.empty()) return "https://localhost" + at + "/";
  std::string host = site.hosts.front();
  if (host.starts_with("*.")) host.replace(0, 1, "any");
  return "--resolve " + host + at + ":127.0.0.1 https://" + host + at + "/";
}

}  // namespace

std::string dev_welcome(const DevCertificates& certificates, const Config& config, std::uint16_t port) {
  std::string out = std::string("Development certificates ") + (certificates.made ? "made" : "kept") +
                    " in " + certificates.ca.substr(0, certificates.ca.rfind('/')) +
                    "; for real ones see --tls-cert and --client-ca.\n";
  for (const SiteConfig& site : config.sites) {
    const std::string curl = "  curl --cacert " + certificates.ca + " ";
    const std::string url = target(site, port);
    if (config.sites.size() > 1) out += "\nSite " + site.name + ":\n";
    out += "\n# " + std::string(outcome("none", site.client_auth)) + "\n" + curl + url + "\n";
    // Another CA's site knows none of these clients.
    if (std::ranges::find(site.client_ca, certificates.ca) == site.client_ca.end()) continue;
    for (const DevClient& client : certificates.clients)
      out += "# " + std::string(outcome(client.name, site.client_auth)) + "\n" + curl + "--cert " +
             client.cert + " --key " + client.key + " " + url + "\n";
  }
  return out + "\n";
}

}  // namespace edge::cli
