// Source maps: what is none, then the places that they give.
#include "runtime/js/source_map.h"

#include <doctest/doctest.h>

#include <climits>

using edge::js::SourceMap;

TEST_CASE("what is no source map of version 3 is none") {
  for (const char* json :
       {"", "[]", "{}", R"({"version":2,"sources":[],"mappings":""})", R"({"version":3,"mappings":"AAAA"})",
        R"({"version":"3","sources":[],"mappings":""})", R"({"version":3,"sources":{},"mappings":""})",
        R"({"version":3,"sources":["a"],"mappings":"A!"})",
        R"({"version":3,"sources":["a"],"mappings":"AAAg"})", R"({"version":3,"sections":[]})",
        R"({"version":3,"sources":["a"],"mappings":"ggggggggggggggggg"})",
        R"({"version":3,"sources":["a"],"mappings":"+++++/"})"}) {
    CAPTURE(json);
    CHECK_FALSE(SourceMap::parse(json, "").has_value());
  }
}

TEST_CASE("maps of absurd sizes are none, and cost no more than their text") {
  const auto with = [](const std::string& mappings) {
    return SourceMap::parse(R"({"version":3,"sources":["a"],"mappings":")" + mappings + "\"}", "");
  };
  CHECK_FALSE(with(std::string(33 * 1024 * 1024, ';')).has_value());
  std::string segments;
  for (int i = 0; i < 2'000'001; ++i) segments += "A,";
  CHECK_FALSE(with(segments).has_value());
  CHECK_FALSE(SourceMap::parse(std::string(100'000, '['), "").has_value());
  // As many lines as fit.
  const auto lines = with(std::string(20'000'000, ';') + "AAAA");
  REQUIRE(lines.has_value());
  CHECK(lines->original({"", 20'000'001, 5}) == "a:1:1");
}

TEST_CASE("numbers at the edge of what fits overflow nothing") {
  const auto too_far = SourceMap::parse(R"({"version":3,"sources":["a"],"mappings":"+/////D,+/////D"})", "");
  CHECK_FALSE(too_far.has_value());
  const auto map = SourceMap::parse(R"({"version":3,"sources":["a"],"mappings":"AA+/////D+/////D"})", "");
  REQUIRE(map.has_value());
  CHECK(map->original({"", 1, 1}) == "a:2147483648:2147483648");
  for (const int edge : {INT_MAX, INT_MIN + 1, 0, -1}) {
    CHECK(map->original({"", edge, 1}) == "");
    CHECK(map->original({"", 2, edge}) == "");
  }
  // A source that is not there, places before the first line.
  for (const char* mappings : {"AGAA", "ADAA", "AADA", "AAAD"}) {
    const auto other =
        SourceMap::parse(R"({"version":3,"sources":["a"],"mappings":")" + std::string(mappings) + "\"}", "");
    REQUIRE(other.has_value());
    CHECK(other->original({"", 1, 1}) == "");
  }
}

TEST_CASE("a place is that of the last segment before it on its line") {
  // Line 1: columns 0 and 8 of a.ts; line 2: column 4 without a source; line 3: column 2 of b.ts.
  const auto map = SourceMap::parse(
      R"({"version":3,"sourceRoot":"src","sources":["a.ts","../b.ts"],"mappings":"AAAA,QACE;I;ECCA"})",
      "app");
  REQUIRE(map.has_value());
  CHECK(map->original({"", 1, 1}) == "app/src/a.ts:1:1");
  CHECK(map->original({"", 1, 8}) == "app/src/a.ts:1:1");
  CHECK(map->original({"", 1, 9}) == "app/src/a.ts:2:3");
  CHECK(map->original({"", 1, 900}) == "app/src/a.ts:2:3");
  CHECK(map->original({"", 2, 5}) == "");
  CHECK(map->original({"", 3, 1}) == "");
  CHECK(map->original({"", 3, 3}) == "app/b.ts:3:3");
  CHECK(map->original({"", 4, 1}) == "");
}

TEST_CASE("sources with a scheme of their own keep it") {
  const auto map = SourceMap::parse(
      R"({"version":3,"sources":["webpack://app/a.ts",null],"mappings":"AAAA;ACAA"})", "dist");
  REQUIRE(map.has_value());
  CHECK(map->original({"", 1, 1}) == "webpack://app/a.ts:1:1");
  CHECK(map->original({"", 2, 1}) == "");
}
