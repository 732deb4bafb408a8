// Warns of a trust that is wider than it looks: Cloudflare's certificate for global Authenticated Origin
// Pulls.
#pragma once

#include <optional>
#include <string>

#include "runtime/base/config.h"

namespace edge::cli {

/// A warning when every CA that the site trusts is the one whose client certificate Cloudflare shares among
/// all its customers: it proves that a request came through Cloudflare, not through whose zone. Nothing
/// otherwise, and for files that cannot be read, which are an error elsewhere.
/// https://developers.cloudflare.com/ssl/origin-configuration/authenticated-origin-pull/set-up/global/
std::optional<std::string> shared_origin_pull_warning(const SiteConfig& site);

}  // namespace edge::cli
