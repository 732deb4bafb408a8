// The types of a site's env for TypeScript.
#pragma once

#include <string>

#include "runtime/base/config.h"

namespace edge::cli {

/// A .d.ts, to stand beside @cloudflare/workers-types.
std::string types_of(const SiteConfig& site);

}  // namespace edge::cli
