// Times as people write and read them: dates in UTC, days, how far away something is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/error.h"

namespace edge::cli {

inline constexpr std::int64_t day_seconds = 24 * 60 * 60;

/// "2026-11-22 06:00 UTC"; `seconds` since 1970, as everywhere here.
std::string date_text(std::int64_t seconds);
/// "2026-11-22T06:00:00Z" (RFC 3339), for JSON.
std::string moment_text(std::int64_t seconds);
/// "in 12 days", "3 hours ago", "now": from `now` to `then`, in its largest unit.
std::string distance_text(std::int64_t then, std::int64_t now);

/// "2026-11-22", "2026-11-22T06:00:00Z", "2026-11-22 06:00" (all UTC) or "@1795000000". Fails, with
/// ErrorKind::usage and the forms it takes, for anything else and for days that no calendar has.
Result<std::int64_t> read_moment(std::string_view text);
/// "30d", "12h", "90m", "45s", or a bare number of days, in seconds; more than 0 and at most 100 years.
Result<std::int64_t> read_days(std::string_view text);

}  // namespace edge::cli
