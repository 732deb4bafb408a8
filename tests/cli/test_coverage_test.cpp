// From ranges of characters to lines: what counts as code, what as run, and how it is told.
#include "runtime/cli/test_coverage.h"

#include <doctest/doctest.h>

#include <sstream>
#include <vector>

namespace edge::cli {
namespace {

/// V8's answer about `source`, whose functions are given by the texts they begin and end with.
struct Function {
  std::string name;
  std::size_t begin, end;
  int count;
};

std::string functions_json(const std::vector<Function>& functions) {
  std::string json;
  for (const auto& [name, begin, end, count] : functions)
    json += (json.empty() ? "" : ",") +
            ("{\"functionName\":\"" + name + "\",\"isBlockCoverage\":true,\"ranges\":[{") +
            "\"startOffset\":" + std::to_string(begin) + ",\"endOffset\":" + std::to_string(end) +
            ",\"count\":" + std::to_string(count) + "}]}";
  return "[" + json + "]";
}

const std::string source =
    "// ü: a comment\n"      // 1
    "function used() {\n"    // 2
    "  return 1;\n"          // 3
    "}\n"                    // 4
    "\n"                     // 5
    "function unused() {\n"  // 6
    "  /* why */\n"          // 7
    "  return 2;\n"          // 8
    "}\n"                    // 9
    "used();\n";             // 10

FileCoverage measured(int times) {
  // V8 counts UTF-16 units: the letter of the comment is one.
  const auto offset = [](std::string_view text) { return source.find(text) - 1; };
  return coverage_of_source(
      functions_json({{"", 0, source.size() - 1, 1},
                      {"used", offset("function used"), offset("\n\nfunction unused"), times},
                      {"unused", offset("function unused"), offset("\nused();"), 0}}),
      source);
}

}  // namespace

TEST_CASE("coverage: blank lines, comments and closing brackets are no code") {
  std::vector<unsigned> lines;
  for (const auto& [line, count] : measured(1).lines) lines.push_back(line);
  CHECK(lines == std::vector<unsigned>{2, 3, 6, 8, 10});
}

TEST_CASE("coverage: a line ran as often as the innermost range it begins in") {
  const FileCoverage coverage = measured(3);
  CHECK(coverage.lines.at(2) == 3);
  CHECK(coverage.lines.at(3) == 3);
  CHECK(coverage.lines.at(6) == 0);
  CHECK(coverage.lines.at(8) == 0);
  CHECK(coverage.lines.at(10) == 1);
  CHECK(coverage.functions.at({2, "used"}) == 3);
  CHECK(coverage.functions.at({6, "unused"}) == 0);
}

TEST_CASE("coverage: what several processes ran is added up") {
  Coverage all;
  add(all, {{"/w/a.js", measured(1)}});
  add(all, {{"/w/a.js", measured(2)}});
  CHECK(all.at("/w/a.js").lines.at(3) == 3);
  CHECK(all.at("/w/a.js").lines.at(10) == 2);
}

TEST_CASE("coverage: the summary shows shares, and where lines did not run") {
  std::ostringstream out;
  write_summary(out, {{"/w/a.js", measured(1)}}, "/w");
  CHECK(out.str().contains("  a.js           3/5      60.0 %      1/2      50.0 %  6-8\n"));
  CHECK(out.str().contains("  all files      3/5      60.0 %      1/2      50.0 %\n"));
}

TEST_CASE("coverage: lcov's records") {
  std::ostringstream out;
  write_lcov(out, {{"/w/a.js", measured(2)}}, "/w");
  CHECK(out.str() ==
        "TN:\nSF:a.js\nFN:2,used\nFN:6,unused\nFNDA:2,used\nFNDA:0,unused\nFNF:2\nFNH:1\n"
        "DA:2,2\nDA:3,2\nDA:6,0\nDA:8,0\nDA:10,1\nLF:5\nLH:3\nend_of_record\n");
}

}  // namespace edge::cli
