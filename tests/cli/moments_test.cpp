// Dates and lengths of time on the command line.
#include "runtime/cli/moments.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::cli;

TEST_CASE("moments: what is no time is refused with the forms that are") {
  for (const char* text :
       {"", "@", "@x", "tomorrow", "2026-02-30", "2026-13-01", "2026-1-1", "2026-11-22T25:00",
        "2026-11-22T06", "2026-11-22 06:00:61", "2026-11-22x", "2026-11-22T06:00:00+01:00"}) {
    CAPTURE(text);
    const auto moment = read_moment(text);
    REQUIRE_FALSE(moment);
    CHECK(moment.error().kind == ErrorKind::usage);
    CHECK(moment.error().message.contains("2026-11-22T06:00:00Z"));
  }
  for (const char* text : {"", "d", "0d", "-1d", "30y", "1.5d", "99999999999d"}) {
    CAPTURE(text);
    CHECK_FALSE(read_days(text));
  }
}

TEST_CASE("moments: a day, a minute, a second, and seconds since 1970 are read as UTC") {
  CHECK(read_moment("2026-11-22") == 1795305600);
  CHECK(read_moment("2026-11-22 06:00") == 1795305600 + 6 * 3600);
  CHECK(read_moment("2026-11-22T06:00:01Z") == 1795305600 + 6 * 3600 + 1);
  CHECK(read_moment("@5") == 5);
  CHECK(read_days("30d") == 30 * day_seconds);
  CHECK(read_days("30") == 30 * day_seconds);
  CHECK(read_days("12h") == 12 * 3600);
  CHECK(read_days("90m") == 90 * 60);
  CHECK(read_days("1s") == 1);
}

TEST_CASE("moments: dates are written in UTC, distances in their largest unit") {
  CHECK(date_text(1795305660) == "2026-11-22 00:01 UTC");
  CHECK(moment_text(1795305661) == "2026-11-22T00:01:01Z");
  CHECK(distance_text(0, 0) == "now");
  CHECK(distance_text(1, 0) == "in 1 second");
  CHECK(distance_text(0, 3600) == "60 minutes ago");
  CHECK(distance_text(7 * 3600, 0) == "in 7 hours");
  CHECK(distance_text(0, 12 * day_seconds) == "12 days ago");
}
