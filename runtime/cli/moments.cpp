// Reads and writes dates with <chrono>; no time zone but UTC is ever meant.
#include "runtime/cli/moments.h"

#include <charconv>
#include <chrono>
#include <format>
#include <optional>

namespace edge::cli {
namespace {

constexpr std::int64_t minute = 60, hour = 60 * minute;
constexpr std::int64_t longest = 100 * 366 * day_seconds;

std::chrono::sys_seconds at(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// The number of exactly `digits` digits at the text's start, which is taken.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto value = number(text.substr(0, digits));
  if (!value || *value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<int>(*value);
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

/// ":06:00", ":06", or nothing; seconds of the day, -1 for what is none of them.
std::int64_t seconds_of_day(std::string_view text) {
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return -1;
  const auto minutes = take_digits(text, 2);
  std::optional<int> seconds = 0;
  if (take(text, ':')) seconds = take_digits(text, 2);
  take(text, 'Z');
  if (!minutes || !seconds || !text.empty() || *hours > 23 || *minutes > 59 || *seconds > 59) return -1;
  return *hours * hour + *minutes * minute + *seconds;
}

std::optional<std::int64_t> calendar_moment(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const auto midnight = std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count();
  if (text.empty()) return midnight;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const std::int64_t seconds = seconds_of_day(text);
  if (seconds < 0) return std::nullopt;
  return midnight + seconds;
}

std::string counted(std::int64_t count, std::string_view unit) {
  return std::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

}  // namespace

std::string date_text(std::int64_t seconds) { return std::format("{:%Y-%m-%d %H:%M} UTC", at(seconds)); }

std::string moment_text(std::int64_t seconds) { return std::format("{:%Y-%m-%dT%H:%M:%S}Z", at(seconds)); }

std::string distance_text(std::int64_t then, std::int64_t now) {
  const std::int64_t distance = then > now ? then - now : now - then;
  if (distance == 0) return "now";
  std::string text;
  if (distance >= 2 * day_seconds)
    text = counted(distance / day_seconds, "day");
  else if (distance >= 2 * hour)
    text = counted(distance / hour, "hour");
  else if (distance >= 2 * minute)
    text = counted(distance / minute, "minute");
  else
    text = counted(distance, "second");
  return then > now ? "in " + text : text + " ago";
}

Result<std::int64_t> read_moment(std::string_view text) {
  const auto moment = text.starts_with('@') ? number(text.substr(1)) : calendar_moment(text);
  if (moment) return *moment;
  return fail(ErrorKind::usage, "'" + std::string(text) +
                                    "' is no time: write 2026-11-22, 2026-11-22T06:00:00Z (UTC), or @ and "
                                    "seconds since 1970");
}

Result<std::int64_t> read_days(std::string_view text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  const std::string_view unit = text.substr(digits.size());
  const auto count = number(digits);
  std::int64_t seconds = unit.empty() || unit == "d" ? day_seconds
                         : unit == "h"               ? hour
                         : unit == "m"               ? minute
                                                     : 0;
  if (unit == "s") seconds = 1;
  if (count && seconds != 0 && *count > 0 && *count <= longest / seconds) return *count * seconds;
  return fail(ErrorKind::usage,
              "'" + std::string(text) +
                  "' is no length of time: write 30d, 12h, 90m, or a number of days, up to 100 "
                  "years");
}

}  // namespace edge::cli
