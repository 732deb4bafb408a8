// What `edge-run test` gives the natives of the module "edge-run:test": which tests to run, and where results
// go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace edge::bindings {

enum class TestOutcome : std::uint8_t { pass, fail, skip };

/// One result; `name` is the path of groups and test, joined by " › ".
struct TestResult {
  std::string name;
  TestOutcome outcome;
  std::string message;  ///< of a failure, with stack
  double milliseconds;
};

/// The run that a Host belongs to; Host::test_run is null outside `edge-run test`.
class TestRun {
 public:
  virtual ~TestRun() = default;
  /// False for tests that the filter leaves out.
  virtual bool wanted(std::string_view name) = 0;
  virtual void report(TestResult result) = 0;
  /// Path of the script that SELF stands for; "" when there is none.
  virtual std::string script() = 0;
  /// The last test ended; `problem` says what stopped the run before, "" when nothing did.
  virtual void done(std::string problem) = 0;
};

}  // namespace edge::bindings
