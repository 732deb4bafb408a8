// Cron expressions: what is refused, and when the others are due.
#include "runtime/base/cron.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

namespace edge {
namespace {

std::int64_t time_of(const char* text) {
  std::tm parts{};
  REQUIRE(strptime(text, "%Y-%m-%d %H:%M", &parts) != nullptr);
  return timegm(&parts);
}

/// The next time after `after`, as text with the weekday.
std::string next(std::string_view expression, const char* after) {
  const auto cron = Cron::parse(expression);
  REQUIRE_MESSAGE(cron, cron.error().message);
  const auto time = cron->next(time_of(after));
  if (!time) return "never";
  const std::time_t seconds = *time;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a %Y-%m-%d %H:%M", &parts);
  return text;
}

}  // namespace

TEST_CASE("cron: what is no expression is refused with the part that is wrong") {
  for (const char* expression : {"",
                                 "* * * *",
                                 "* * * * * *",
                                 "60 * * * *",
                                 "* 24 * * *",
                                 "* * 0 * *",
                                 "* * 32 * *",
                                 "* * * 13 *",
                                 "* * * * 0",
                                 "* * * * 8",
                                 "a * * * *",
                                 "*/0 * * * *",
                                 "*/x * * * *",
                                 "5-1 * * * *",
                                 "1-2-3 * * * *",
                                 "1//2 * * * *",
                                 "* * * FOO *",
                                 "* * * * MON#6",
                                 "* * * * 2#",
                                 "* * * * #2",
                                 "L * * * *",
                                 "* * W * *",
                                 "* * 1L * *",
                                 "* * * * 3W",
                                 "1, * * * *",
                                 "-1 * * * *",
                                 "*/5x * * * *"}) {
    CAPTURE(expression);
    const auto cron = Cron::parse(expression);
    CHECK_FALSE(cron);
  }
  CHECK(Cron::parse("60 * * * *").error().message ==
        "the cron expression \"60 * * * *\" has a minute that is none: \"60\"");
}

TEST_CASE("cron: minutes and hours") {
  CHECK(next("* * * * *", "2026-01-01 00:00") == "Thu 2026-01-01 00:01");
  CHECK(next("*/30 * * * *", "2026-01-01 00:30") == "Thu 2026-01-01 01:00");
  CHECK(next("45 * * * *", "2026-01-01 23:50") == "Fri 2026-01-02 00:45");
  CHECK(next("5/20 3,7-9 * * *", "2026-01-01 03:45") == "Thu 2026-01-01 07:05");
  CHECK(next("10-20/5 0 * * *", "2026-01-01 00:15") == "Thu 2026-01-01 00:20");
  CHECK(next("  0   0  *  *  * ", "2026-12-31 23:59") == "Fri 2027-01-01 00:00");
}

TEST_CASE("cron: names in any case, and Sunday is 1") {
  CHECK(next("0 17 * * sun", "2026-01-01 00:00") == "Sun 2026-01-04 17:00");
  CHECK(next("0 17 * * 1", "2026-01-01 00:00") == "Sun 2026-01-04 17:00");
  CHECK(next("10 7 * * mon-fri", "2026-01-02 08:00") == "Mon 2026-01-05 07:10");
  CHECK(next("0 0 1 Jul *", "2026-01-01 00:00") == "Wed 2026-07-01 00:00");
}

TEST_CASE("cron: last days and nearest working days of a month") {
  CHECK(next("0 0 L * *", "2026-02-01 00:00") == "Sat 2026-02-28 00:00");
  CHECK(next("0 0 L-2 * *", "2026-02-01 00:00") == "Thu 2026-02-26 00:00");
  CHECK(next("59 23 LW * *", "2026-02-01 00:00") == "Fri 2026-02-27 23:59");
  CHECK(next("0 0 1W * *", "2026-08-01 00:00") == "Mon 2026-08-03 00:00");
  CHECK(next("0 0 15W * *", "2026-02-01 00:00") == "Mon 2026-02-16 00:00");
  CHECK(next("0 0 14W * *", "2026-02-01 00:00") == "Fri 2026-02-13 00:00");
}

TEST_CASE("cron: last and n-th weekdays of a month") {
  CHECK(next("0 18 * * 6L", "2026-01-01 00:00") == "Fri 2026-01-30 18:00");
  CHECK(next("0 18 * * FRIL", "2026-01-01 00:00") == "Fri 2026-01-30 18:00");
  CHECK(next("0 9 * * MON#2", "2026-01-01 00:00") == "Mon 2026-01-12 09:00");
  CHECK(next("0 9 * * 5#5", "2026-02-01 00:00") == "Thu 2026-04-30 09:00");
  CHECK(next("0 0 * * L", "2026-01-01 00:00") == "Sat 2026-01-03 00:00");
}

TEST_CASE("cron: where both days are named, either counts") {
  CHECK(next("0 0 13 * FRI", "2026-01-01 00:00") == "Fri 2026-01-02 00:00");
  CHECK(next("0 0 13 * FRI", "2026-01-09 00:00") == "Tue 2026-01-13 00:00");
}

TEST_CASE("cron: leap days are found, and what never comes is never") {
  CHECK(next("0 0 29 2 *", "2026-01-01 00:00") == "Tue 2028-02-29 00:00");
  CHECK(next("0 0 30 2 *", "2026-01-01 00:00") == "never");
}

}  // namespace edge
