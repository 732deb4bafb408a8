// What one site of a configuration would serve with, found out without serving.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge::cli {

struct SiteReport {
  std::vector<std::string> found;     ///< "script    policy.js starts"
  std::vector<std::string> warnings;  ///< it serves, but not as one might expect
  std::vector<std::string> problems;  ///< it cannot be served
  std::vector<std::string> findings;  ///< of the linter; warnings, or problems where the person wants that
};

/// Certificate and key, client CAs, revocation lists, the origin's files, and the script, which runs its top
/// level and is linted with what it imports. Starts V8 in this process.
SiteReport check_site(const SiteConfig& site, const Config& config, std::int64_t now);

/// All sites, for people.
std::string report_text(const Config& config, const std::vector<SiteReport>& reports);
/// All sites, for programs: {"ok", "file", "warnings", "sites": [{"name", "found", "warnings", "problems"}]}.
std::string report_json(const Config& config, const std::vector<SiteReport>& reports);
/// Of a configuration that cannot be read: {"ok": false, "error"}.
std::string failure_json(const Error& error);

}  // namespace edge::cli
