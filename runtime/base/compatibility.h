// Workers' compatibility dates and flags: which there are, and which a site has.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge {

/// The day of the list of flags in compatibility.cpp.
inline constexpr std::string_view newest_compatibility_date = "2026-11-24";

Result<> check_compatibility_date(const std::string& date);
/// Fails for a name that Cloudflare has not published, and for one that `all` also names the opposite of.
Result<> check_compatibility_flag(const std::string& name, std::span<const std::string> all);
/// Why a published flag cannot be had here; "" where it can.
std::string compatibility_problem(const std::string& name);

/// True when the site has the behaviour that the flag `name` turns on: by the flag, or by its date. A site
/// without a date has that of the newest.
bool is_compatible(const SiteConfig& site, std::string_view name);

}  // namespace edge
