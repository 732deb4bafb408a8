// Making, keeping and explaining the development certificates. They are for this machine only: their CA's key
// is not kept.
#include "runtime/cli/dev_certs.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "runtime/cli/private_folder.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"

namespace edge::cli {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;
constexpr std::int64_t valid_for = 90 * day;
// Before they would be told to expire (Config::expiry_days).
constexpr std::int64_t remade_before = 31 * day;

constexpr std::string_view client_names[] = {"good", "revoked", "expired", "foreign"};

DevCertificates paths_in(const std::string& folder) {
  DevCertificates paths{.ca = folder + "/ca.pem",
                        .crl = folder + "/revoked.crl",
                        .server_cert = folder + "/server.pem",
                        .server_key = folder + "/server-key.pem",
                        .clients = {}};
  for (const std::string_view name : client_names)
    paths.clients.push_back({std::string(name), folder + "/" + std::string(name) + ".pem",
                             folder + "/" + std::string(name) + "-key.pem"});
  return paths;
}

bool is_address(std::string_view host) {
  return host.find(':') != host.npos || host.find_first_not_of("0123456789.") == host.npos;
}

std::vector<std::pair<std::string, std::string>> subject(std::string name) {
  return {{"O", "edge-run development"}, {"CN", std::move(name)}};
}

/// Everything in memory first, so that a failure leaves no half of a set.
struct Made {
  std::vector<std::pair<std::string, std::string>> files;  ///< path and content
  std::optional<Error> failure;

  /// The value, or nothing and the failure noted.
  template <class T>
  T* take(Result<T>& result) {
    if (result) return &*result;
    if (!failure) failure = result.error();
    return nullptr;
  }
};

void make_client(Made& made, const tls::Identity& ca, const DevClient& paths,
                 tls::CertificateRequest request) {
  request.subject = subject(paths.name);
  request.email = {paths.name + "@example.com"};
  auto client = tls::issue(ca, request);
  if (const tls::Identity* identity = made.take(client)) {
    made.files.emplace_back(paths.cert, identity->certificate_pem());
    made.files.emplace_back(paths.key, identity->key_pem());
  }
}

void make_server(Made& made, const tls::Identity& ca, const DevCertificates& paths,
                 tls::CertificateRequest request, std::span<const std::string> hosts) {
  request.subject = subject("localhost");
  request.dns = {"localhost"};
  request.ip = {"127.0.0.1", "::1"};
  for (const std::string& host : hosts) (is_address(host) ? request.ip : request.dns).push_back(host);
  request.extended_key_usage = {"serverAuth"};
  auto server = tls::issue(ca, request);
  if (const tls::Identity* identity = made.take(server)) {
    made.files.emplace_back(paths.server_cert, identity->certificate_pem());
    made.files.emplace_back(paths.server_key, identity->key_pem());
  }
}

Result<Made> make_all(const DevCertificates& paths, std::span<const std::string> hosts, std::int64_t now) {
  tls::CertificateRequest valid;
  valid.not_before = now - day;
  valid.not_after = now + valid_for;
  tls::CertificateRequest authority = valid;
  authority.ca = true;
  authority.extended_key_usage = {};
  authority.subject = subject("edge-run development CA");
  auto ca = tls::make_self_signed(authority);
  authority.subject = subject("a CA that is not trusted");
  auto foreign_ca = tls::make_self_signed(authority);
  if (!ca) return std::unexpected(ca.error());
  if (!foreign_ca) return std::unexpected(foreign_ca.error());

  Made made;
  made.files.emplace_back(paths.ca, ca->certificate_pem());
  make_server(made, *ca, paths, valid, hosts);
  tls::CertificateRequest revoked = valid, expired = valid;
  revoked.serial = Bytes{0x66, 0x01};
  expired.not_before = now - 3 * day;
  expired.not_after = now - 2 * day;
  make_client(made, *ca, paths.clients[0], valid);
  make_client(made, *ca, paths.clients[1], revoked);
  make_client(made, *ca, paths.clients[2], expired);
  make_client(made, *foreign_ca, paths.clients[3], valid);
  constexpr std::uint8_t key_compromise = 1;
  auto crl = tls::make_crl(*ca, {.serials = {*revoked.serial},
                                 .this_update = now - day,
                                 .next_update = now + valid_for,
                                 .reason = key_compromise});
  if (const Bytes* der = made.take(crl)) made.files.emplace_back(paths.crl, tls::pem_of_crl(*der));
  if (made.failure) return std::unexpected(std::move(*made.failure));
  return made;
}

/// True when the certificate in `path` is good for some time, and for `hosts`.
bool lasts(const std::string& path, std::span<const std::string> hosts, std::int64_t now) {
  const auto pem = read_whole_file(path);
  if (!pem) return false;
  const auto certificates = tls::certificates_from_pem(*pem, path);
  if (!certificates) return false;
  const auto details = tls::certificate_details(tls::certificate_to_der(certificates->front().get()));
  if (!details || details->not_after < now + remade_before) return false;
  return std::ranges::all_of(hosts, [&](const std::string& host) {
    const auto& names = is_address(host) ? details->san_ip : details->san_dns;
    return std::ranges::find(names, host) != names.end();
  });
}

bool all_there(const DevCertificates& paths) {
  std::vector<std::string> files{paths.ca, paths.crl, paths.server_cert, paths.server_key};
  for (const DevClient& client : paths.clients) files.insert(files.end(), {client.cert, client.key});
  return std::ranges::all_of(files, [](const std::string& file) { return access(file.c_str(), R_OK) == 0; });
}

}  // namespace

Result<DevCertificates> dev_certificates(const std::string& folder, std::span<const std::string> hosts,
                                         std::int64_t now) {
  DevCertificates kept = paths_in(folder);
  // The CA, the list and the good client are as old as the server's certificate.
  if (all_there(kept) && lasts(kept.ca, {}, now) && lasts(kept.server_cert, hosts, now)) return kept;

  // The set is made beside the old one and takes its place whole: certificates of two CAs do not work
  // together.
  const std::string making = folder + ".making-" + std::to_string(getpid()),
                    old = folder + ".old-" + std::to_string(getpid());
  std::error_code none;
  std::filesystem::remove_all(making, none);
  auto made = make_all(paths_in(making), hosts, now);
  if (!made) return std::unexpected(made.error());
  if (auto folder_made = make_private_folder(making); !folder_made)
    return std::unexpected(folder_made.error());
  for (const auto& [path, content] : made->files)
    if (auto written = write_private_file(path, content); !written) return std::unexpected(written.error());
  std::filesystem::rename(folder, old, none);
  std::error_code failed;
  std::filesystem::rename(making, folder, failed);
  std::filesystem::remove_all(old, none);
  if (failed) return fail(ErrorKind::config, folder + " cannot be made: " + failed.message());
  kept.made = true;
  return kept;
}

bool wants_dev_certificates(const Config& config) {
  return std::ranges::all_of(config.sites, [](const SiteConfig& site) { return site.tls_cert.empty(); });
}

Result<DevCertificates> use_dev_certificates(Config& config, std::int64_t now) {
  std::vector<std::string> hosts;
  for (const SiteConfig& site : config.sites) hosts.insert(hosts.end(), site.hosts.begin(), site.hosts.end());
  for (const ListenAddress& listen : config.listen)
    if (is_address(listen.address) && listen.address != "0.0.0.0" && listen.address != "::" &&
        listen.address != "127.0.0.1" && listen.address != "::1")
      hosts.push_back(listen.address);
  auto certificates = dev_certificates(config.state_dir + "/certs", hosts, now);
  if (!certificates) return certificates;
  for (SiteConfig& site : config.sites) {
    site.tls_cert = certificates->server_cert;
    site.tls_key = certificates->server_key;
    if (!site.client_ca.empty() || site.client_auth == ClientAuthMode::off) continue;
    site.client_ca = {certificates->ca};
    site.client_crl = {certificates->crl};
  }
  return certificates;
}

}  // namespace edge::cli
