// Which lines and functions of scripts the tests ran: out of V8's precise coverage, for people and as lcov.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace edge::cli {

struct FileCoverage {
  std::map<unsigned, std::uint64_t> lines;                              ///< how often each line with code ran
  std::map<std::pair<unsigned, std::string>, std::uint64_t> functions;  ///< by line and name
  void add(const FileCoverage& other);
};

/// By the path of each file.
using Coverage = std::map<std::string, FileCoverage>;

/// What `Profiler.takePreciseCoverage` answered. Tests themselves, packages and modules of ours are left out.
/// https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#method-takePreciseCoverage
/// Files in TypeScript are read as what became of them, which `cache_folder` keeps.
Coverage coverage_of(std::string_view answer, const std::string& cache_folder);
/// One script's coverage: `functions` as in the answer, `source` as it was compiled.
FileCoverage coverage_of_source(std::string_view functions, std::string_view source);
void add(Coverage& coverage, const Coverage& other);

/// For the way from one process to another.
std::string coverage_text(const Coverage& coverage);
Coverage coverage_from_text(std::string_view text);

/// A table: lines, functions, and where lines did not run. Paths are shown relative to `root`.
void write_summary(std::ostream& out, const Coverage& coverage, const std::string& root);
/// https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1
void write_lcov(std::ostream& out, const Coverage& coverage, const std::string& root);

}  // namespace edge::cli
