// Reads cron expressions, and finds the next minute that one names, day by day.
#include "runtime/base/cron.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace edge {

namespace {

namespace chrono = std::chrono;

struct Field {
  std::string_view name;
  int least, most;
  std::span<const std::string_view> names;  ///< of least, least + 1, …
};
constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
constexpr Field fields[] = {{"minute", 0, 59, {}},
                            {"hour", 0, 23, {}},
                            {"day of month", 1, 31, {}},
                            {"month", 1, 12, month_names},
                            {"weekday", 1, 7, weekday_names}};
constexpr int friday = 6, monday = 2;

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool is_working(int weekday) { return weekday >= monday && weekday <= friday; }

}  // namespace

/// A day as expressions look at it.
struct Cron::Day {
  int day, last_day;  ///< of the month
  int weekday;        ///< 1 is Sunday
  [[nodiscard]] int weekday_of(int other) const { return ((weekday - 1 + other - day) % 7 + 7) % 7 + 1; }
  /// The working day nearest to `wanted` that is in the same month.
  [[nodiscard]] int nearest_working_day(int wanted) const {
    constexpr int distances[] = {0, -1, 1, -2, 2};
    for (const int distance : distances) {
      const int near = wanted + distance;
      if (near >= 1 && near <= last_day && is_working(weekday_of(near))) return near;
    }
    return wanted;
  }
};

/// One expression on its way into a Cron.
class CronReader {
 public:
  explicit CronReader(std::string_view expression) : expression_(expression) {}

  Result<Cron> read() {
    std::vector<std::string> words;
    for (std::string& word : split(expression_, ' '))
      if (!word.empty()) words.push_back(std::move(word));
    if (words.size() != std::size(fields))
      return problem("has " + std::to_string(words.size()) +
                     " fields, not five: minute, hour, day of month, month, " + "weekday");
    for (std::size_t at = 0; at < words.size(); ++at) {
      field_ = &fields[at];
      std::ranges::transform(words[at], words[at].begin(),
                             [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      for (const std::string& part : split(words[at], ','))
        if (auto read = read_part(part); !read) return std::unexpected(read.error());
    }
    cron_.every_day_ = words[2] == "*";
    cron_.every_weekday_ = words[4] == "*";
    return cron_;
  }

 private:
  [[nodiscard]] std::unexpected<Error> problem(const std::string& what) const {
    return fail(ErrorKind::config, "the cron expression \"" + std::string(expression_) + "\" " + what);
  }
  [[nodiscard]] std::unexpected<Error> bad_part(const std::string& part) const {
    return problem("has a " + std::string(field_->name) + " that is none: \"" + part + "\"");
  }

  /// A number or a name within the field's range.
  [[nodiscard]] std::optional<int> value(std::string_view text) const {
    const auto named = std::ranges::find(field_->names, text);
    if (named != field_->names.end()) return field_->least + static_cast<int>(named - field_->names.begin());
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (number < field_->least || number > field_->most) return std::nullopt;
    return number;
  }

  void add(int number) {
    switch (field_ - fields) {
      case 0:
        cron_.minutes_.set(number);
        break;
      case 1:
        cron_.hours_.set(number);
        break;
      case 2:
        cron_.days_.set(number);
        break;
      case 3:
        cron_.months_.set(number);
        break;
      default:
        cron_.weekdays_.set(number);
    }
  }

  Result<> read_part(const std::string& part) {
    const bool special =
        field_ == &fields[2] ? read_special_day(part) : field_ == &fields[4] && read_special_weekday(part);
    if (special) return {};
    const auto steps = split(part, '/');
    const auto ends = split(steps[0], '-');
    if (steps.size() > 2 || ends.size() > 2) return bad_part(part);
    int first = field_->least, last = field_->most, step = 1;
    if (steps.size() == 2) {
      const auto [end, error] = std::from_chars(steps[1].data(), steps[1].data() + steps[1].size(), step);
      if (error != std::errc() || *end != '\0' || step < 1 || step > field_->most) return bad_part(part);
    }
    if (steps[0] != "*") {
      const auto from = value(ends[0]);
      // "5/15" goes on to the field's end.
      const auto to = ends.size() == 2 ? value(ends[1]) : steps.size() == 2 ? last : from;
      if (!from || !to || *to < *from) return bad_part(part);
      first = *from;
      last = *to;
    }
    for (int number = first; number <= last; number += step) add(number);
    return {};
  }

  /// L, L-3, LW, 15W
  bool read_special_day(const std::string& part) {
    if (part == "LW") return cron_.last_working_day_ = true;
    if (part == "L") return cron_.from_last_.set(0), true;
    if (part.starts_with("L-")) {
      const auto number = value(std::string_view(part).substr(2));
      if (number && *number < 31) cron_.from_last_.set(*number);
      return number && *number < 31;
    }
    if (!part.ends_with('W')) return false;
    const auto number = value(std::string_view(part).substr(0, part.size() - 1));
    if (number) cron_.near_days_.set(*number);
    return number.has_value();
  }

  /// L (Saturday, the week's last day), 6L, FRIL, 6#2, FRI#2
  bool read_special_weekday(const std::string& part) {
    if (part == "L") return cron_.weekdays_.set(field_->most), true;
    if (part.ends_with('L')) {
      const auto number = value(std::string_view(part).substr(0, part.size() - 1));
      if (number) cron_.last_weekdays_.set(*number);
      return number.has_value();
    }
    const auto parts = split(part, '#');
    if (parts.size() != 2 || parts[1].size() != 1 || parts[1][0] < '1' || parts[1][0] > '5') return false;
    const auto number = value(parts[0]);
    if (number) cron_.nth_weekdays_[parts[1][0] - '0'].set(*number);
    return number.has_value();
  }

  std::string_view expression_;
  const Field* field_ = nullptr;
  Cron cron_;
};

Result<Cron> Cron::parse(std::string_view expression) { return CronReader(expression).read(); }

bool Cron::has_day_of_month(const Day& day) const {
  if (days_.test(day.day) || from_last_.test(day.last_day - day.day)) return true;
  if (last_working_day_ && is_working(day.weekday)) {
    bool later = false;
    for (int other = day.day + 1; other <= day.last_day; ++other) later |= is_working(day.weekday_of(other));
    if (!later) return true;
  }
  for (int wanted = 1; wanted <= day.last_day; ++wanted)
    if (near_days_.test(wanted) && day.nearest_working_day(wanted) == day.day) return true;
  return false;
}

bool Cron::has_weekday(const Day& day) const {
  if (weekdays_.test(day.weekday)) return true;
  if (last_weekdays_.test(day.weekday) && day.day + 7 > day.last_day) return true;
  return nth_weekdays_[(day.day - 1) / 7 + 1].test(day.weekday);
}

bool Cron::has_day(const Day& day) const {
  if (every_day_ && every_weekday_) return true;
  if (every_day_) return has_weekday(day);
  if (every_weekday_) return has_day_of_month(day);
  return has_day_of_month(day) || has_weekday(day);
}

std::optional<std::int64_t> Cron::next(std::int64_t after) const {
  constexpr int days_max = 12 * 366;  // the 29th of February may be eight years away
  const chrono::sys_seconds from{chrono::seconds(after)};
  const auto first_minute = chrono::floor<chrono::minutes>(from) + chrono::minutes(1);
  auto day = chrono::floor<chrono::days>(first_minute);
  for (int count = 0; count < days_max; ++count, day += chrono::days(1)) {
    const chrono::year_month_day date(day);
    if (!months_.test(static_cast<unsigned>(date.month()))) continue;
    const chrono::year_month_day_last month_end(date.year(), chrono::month_day_last(date.month()));
    const Day looked_at{.day = static_cast<int>(static_cast<unsigned>(date.day())),
                        .last_day = static_cast<int>(static_cast<unsigned>(month_end.day())),
                        .weekday = static_cast<int>(chrono::weekday(day).c_encoding()) + 1};
    if (!has_day(looked_at)) continue;
    for (int minute = 0; minute < 24 * 60; ++minute) {
      const auto time = day + chrono::minutes(minute);
      if (time < first_minute || !hours_.test(minute / 60) || !minutes_.test(minute % 60)) continue;
      return chrono::duration_cast<chrono::seconds>(time.time_since_epoch()).count();
    }
  }
  return std::nullopt;
}

}  // namespace edge
