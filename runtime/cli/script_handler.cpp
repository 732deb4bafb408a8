// Gives a script what its site's configuration names: the way to its origin, the files of its namespaces.
#include "runtime/cli/script_handler.h"

#include "bindings/embedded.h"
#include "bindings/worker.h"
#include "runtime/cli/private_folder.h"
#include "runtime/http/client.h"
#include "runtime/js/engine.h"
#include "runtime/tls/connector.h"

namespace edge::cli {

namespace {

std::unique_ptr<http::Client> client_with(const server::HandlerSetup& setup,
                                          Result<std::shared_ptr<tls::Connector>> connector) {
  return std::make_unique<http::Client>(setup.io, setup.wheel, setup.config.limits, std::move(*connector));
}

/// One client for each certificate: what they connect is never shared.
Result<bindings::Clients> certificate_clients(const server::HandlerSetup& setup) {
  bindings::Clients clients;
  for (const MtlsCertificate& one : setup.site.mtls_certificates) {
    auto connector = tls::Connector::load(mtls_trust(setup.site, one));
    if (!connector) return std::unexpected(std::move(connector.error()));
    clients[one.binding] = client_with(setup, std::move(connector));
  }
  return clients;
}

/// Null for a site that shows its origin no certificate.
Result<std::unique_ptr<http::Client>> client_of_origin(const server::HandlerSetup& setup) {
  const SiteConfig& site = setup.site;
  if (site.origin_cert.empty()) return nullptr;
  auto connector = tls::Connector::load(
      {.ca_files = site.origin_ca, .cert_file = site.origin_cert, .key_file = site.origin_key});
  if (!connector) return std::unexpected(std::move(connector.error()));
  return client_with(setup, std::move(connector));
}

Result<std::unique_ptr<server::Handler>> make_script_handler(const server::HandlerSetup& setup,
                                                             std::shared_ptr<bindings::RateCounters> counters,
                                                             http::DevTools* devtools) {
  const SiteConfig& site = setup.site;
  const Limits& limits = setup.config.limits;
  auto connector = tls::Connector::load({.ca_files = site.origin_ca, .cert_file = {}, .key_file = {}});
  if (!connector) return std::unexpected(std::move(connector.error()));
  auto origin_client = client_of_origin(setup);
  if (!origin_client) return std::unexpected(std::move(origin_client.error()));
  auto certificates = certificate_clients(setup);
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  const std::string folder = setup.config.state_dir + "/kv";
  if (!site.kv.empty())
    if (auto made = make_private_folder(folder); !made) return std::unexpected(std::move(made.error()));

  js::start_engine({.stack_bytes = limits.stack_bytes});
  return bindings::Worker::make(setup.io, setup.wheel,
                                {.site = site,
                                 .limits = limits,
                                 .client = client_with(setup, std::move(connector)),
                                 .origin_client = std::move(*origin_client),
                                 .certificates = std::move(*certificates),
                                 .handler_of = setup.handler_of,
                                 .rate_counters = std::move(counters),
                                 .kv_path = folder + "/" + site.name + ".sqlite",
                                 .snapshot = bindings::snapshot(),
                                 .devtools = devtools,
                                 .source = std::nullopt,
                                 .cache_folder = setup.config.state_dir + "/cache"});
}

}  // namespace

tls::OriginTrust mtls_trust(const SiteConfig& site, const MtlsCertificate& certificate) {
  const std::string option = "mtls_certificates: " + certificate.binding;
  return {.ca_files = site.origin_ca,
          .cert_file = certificate.cert,
          .key_file = certificate.key,
          .cert_option = option,
          .key_option = option};
}

server::HandlerFactory script_handlers(http::DevTools* devtools) {
  return [counters = bindings::RateCounters::make(), devtools](const server::HandlerSetup& setup) {
    return make_script_handler(setup, counters, devtools);
  };
}

}  // namespace edge::cli
