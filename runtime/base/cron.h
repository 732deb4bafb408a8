// Cron expressions in Cloudflare's syntax: five fields, UTC, weekdays from 1 (Sunday) to 7.
// https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/base/error.h"

namespace edge {

/// "*/5 * * * *", "59 23 LW * *", "0 9 * JAN-MAR 2#1". Fields: minute, hour, day of month, month, weekday.
/// Lists, ranges and steps in all; L (last), W (the weekday nearest to a day) and # (the n-th of a month) for
/// days. A day counts when either field of days names it, where both do not say "*".
class Cron {
 public:
  static Result<Cron> parse(std::string_view expression);

  /// The first full minute after `after` that it names, in seconds since 1970; nothing where there is none
  /// within the next years ("0 0 30 2 *").
  [[nodiscard]] std::optional<std::int64_t> next(std::int64_t after) const;

 private:
  friend class CronReader;
  struct Day;
  [[nodiscard]] bool has_day(const Day& day) const;
  [[nodiscard]] bool has_day_of_month(const Day& day) const;
  [[nodiscard]] bool has_weekday(const Day& day) const;

  static constexpr int weekdays_of_month = 5;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<13> months_;
  bool every_day_ = false, every_weekday_ = false;
  std::bitset<32> days_;
  std::bitset<32> near_days_;  ///< 15W
  std::bitset<31> from_last_;  ///< L is 0, L-3 is 3
  bool last_working_day_ = false;
  std::bitset<8> weekdays_;
  std::bitset<8> last_weekdays_;                                    ///< 6L
  std::array<std::bitset<8>, weekdays_of_month + 1> nth_weekdays_;  ///< 6#2 is in [2]
};

}  // namespace edge
