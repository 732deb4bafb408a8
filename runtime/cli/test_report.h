// How the results of `edge-run test` are told: to people, and in the formats that other programs read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bindings/testing.h"
#include "runtime/base/error.h"
#include "runtime/cli/test_coverage.h"

namespace edge::cli {

struct FileReport {
  std::string file;
  std::vector<bindings::TestResult> tests;
  std::vector<std::string> obsolete;  ///< snapshots that no test asked for
  std::string problem;                ///< what failed beside the tests; counts as a failed test
  std::vector<std::string> files;     ///< that the tests were made of
  Coverage coverage;
  double milliseconds = 0;
  [[nodiscard]] bool failed() const;
  [[nodiscard]] std::size_t count(bindings::TestOutcome outcome) const;
};

/// Is told of each file, and of its tests as they end; files come one after the other.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void begin(const std::string& file) = 0;
  virtual void test(const bindings::TestResult& result) = 0;
  virtual void end(const FileReport& report) = 0;
  /// The run is over.
  virtual void summary(const std::vector<FileReport>& reports) = 0;
};

/// `choice` is "spec", "tap", "junit" or "json", with "=FILE" behind it where it is not for standard output.
Result<std::unique_ptr<Reporter>> make_reporter(const std::string& choice);

}  // namespace edge::cli
