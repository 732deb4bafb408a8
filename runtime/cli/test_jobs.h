// Runs each file of tests in a process of its own, several at once: what one does to V8 or to globals is
// nobody else's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bindings/test_file.h"
#include "runtime/cli/test_report.h"

namespace edge::cli {

struct TestJobs {
  std::vector<std::string> files;  ///< as they are named in reports
  unsigned at_once = 1;
  bool bail = false;  ///< start nothing after a failure
  std::function<bindings::TestFileSettings(const std::string& file)> settings;
};

/// The reports of the files that were run, in their order, each told to `reporters` in the same order. Forks:
/// no thread and no V8 may be running.
Result<std::vector<FileReport>> run_test_jobs(const TestJobs& jobs,
                                              const std::vector<std::unique_ptr<Reporter>>& reporters);

}  // namespace edge::cli
