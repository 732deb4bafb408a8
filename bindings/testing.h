// What `edge-run test` gives the natives of the module "edge-run:test": what to run, and where results go.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edge::bindings {

enum class TestOutcome : std::uint8_t { pass, fail, skip, todo };
inline constexpr std::array<std::string_view, 4> outcome_names{"pass", "fail", "skip", "todo"};

/// One result; `name` is the path of groups and test, joined by " › ".
struct TestResult {
  std::string name;
  TestOutcome outcome;
  std::string message;  ///< of a failure, with stack; of a skipped test, why
  double milliseconds;
};

/// The run that a Host belongs to; Host::test_run is null outside `edge-run test`.
class TestRun {
 public:
  virtual ~TestRun() = default;
  /// The members of TestFileSettings that JavaScript goes by, as JSON.
  virtual std::string settings() = 0;
  /// The test that runs from now on.
  virtual void start(std::string name) = 0;
  virtual void report(TestResult result) = 0;
  /// Snapshots of the file that no test asked for.
  virtual void obsolete(std::vector<std::string> snapshots) = 0;
  /// Path of the script that SELF stands for; "" when there is none.
  virtual std::string script() = 0;
  /// The last test ended; `problem` says what failed beside the tests, "" when nothing did.
  virtual void done(std::string problem) = 0;
};

}  // namespace edge::bindings
