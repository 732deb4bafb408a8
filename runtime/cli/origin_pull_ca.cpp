// Knows Cloudflare's shared CA by its name, which its successors will have too.
#include "runtime/cli/origin_pull_ca.h"

#include <algorithm>

#include "runtime/cli/private_folder.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"

namespace edge::cli {
namespace {

constexpr std::string_view shared_name = "origin-pull.cloudflare.net";

bool is_shared(const tls::X509Ptr& certificate) {
  const auto details = tls::certificate_details(tls::certificate_to_der(certificate.get()));
  if (!details) return false;
  return std::ranges::any_of(details->subject, [](const tls::RelativeName& relative) {
    return std::ranges::contains(relative, tls::NameAttribute{"CN", std::string(shared_name)});
  });
}

}  // namespace

std::optional<std::string> shared_origin_pull_warning(const SiteConfig& site) {
  if (site.client_ca.empty() || site.client_auth == ClientAuthMode::off) return std::nullopt;
  for (const std::string& file : site.client_ca) {
    const auto pem = read_whole_file(file);
    if (!pem) return std::nullopt;
    const auto certificates = tls::certificates_from_pem(*pem, file);
    if (!certificates || !std::ranges::all_of(*certificates, is_shared)) return std::nullopt;
  }
  return "client_ca is Cloudflare's shared CA alone (" + std::string(shared_name) +
         "): any of Cloudflare's customers can have a zone that reaches this site; use a certificate of your "
         "own for "
         "the zone or the hostname, or let the script check more (docs/origin-pulls.md)";
}

}  // namespace edge::cli
