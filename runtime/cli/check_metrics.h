// When what a configuration relies on ends, as metrics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/cli/check_site.h"

namespace edge::cli {

/// Prometheus's text format (https://prometheus.io/docs/instrumenting/exposition_formats/), for the textfile
/// collector of node_exporter: the ends of all certificates, the next updates of all lists, those that serve
/// has fetched among them, and how many problems each site has. `reports` are of the sites, in their order.
std::string metrics_text(const Config& config, const std::vector<SiteReport>& reports, std::int64_t now);

}  // namespace edge::cli
