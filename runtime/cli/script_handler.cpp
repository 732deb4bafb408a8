// Gives a script what its site's configuration names: the way to its origin, the files of its namespaces.
#include "runtime/cli/script_handler.h"

#include "bindings/embedded.h"
#include "bindings/worker.h"
#include "runtime/cli/private_folder.h"
#include "runtime/http/client.h"
#include "runtime/js/engine.h"
#include "runtime/tls/connector.h"

namespace edge::cli {

Result<std::unique_ptr<server::Handler>> make_script_handler(const server::HandlerSetup& setup) {
  const SiteConfig& site = setup.site;
  const Limits& limits = setup.config.limits;
  auto connector = tls::Connector::load(
      {.ca_files = site.origin_ca, .cert_file = site.origin_cert, .key_file = site.origin_key});
  if (!connector) return std::unexpected(std::move(connector.error()));
  const std::string folder = setup.config.state_dir + "/kv";
  if (!site.kv.empty())
    if (auto made = make_private_folder(folder); !made) return std::unexpected(std::move(made.error()));

  js::start_engine({.stack_bytes = limits.stack_bytes});
  return bindings::Worker::make(
      setup.io, setup.wheel,
      {.site = site,
       .limits = limits,
       .client = std::make_unique<http::Client>(setup.io, setup.wheel, limits, std::move(*connector)),
       .kv_path = folder + "/" + site.name + ".sqlite",
       .snapshot = bindings::snapshot(),
       .source = std::nullopt});
}

}  // namespace edge::cli
