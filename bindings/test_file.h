// Runs one file of policy tests in a Realm of its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bindings/testing.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/http/devtools.h"
#include "runtime/js/realm.h"

namespace edge::bindings {

struct TestFileSettings {
  std::string path;                          ///< absolute
  std::string root;                          ///< what messages leave out of paths
  std::string filter;                        ///< a regular expression of JavaScript; "": all tests
  std::chrono::milliseconds timeout{5'000};  ///< of a test
  std::string update;                        ///< of snapshots: "new", "all", "none"
  bool bail = false;                         ///< skip what comes after a failure
  SiteConfig site;  ///< SELF is its script, "" for none; `env` its variables and namespaces
  /// Opens the door of debuggers; one is waited for before the file runs. Null: there is none.
  std::function<Result<std::unique_ptr<http::DevTools>>()> devtools;
  bool coverage = false;
  std::string cache_folder = {};  ///< for what TypeScript became; "": it is made anew each time
  js::SnapshotView snapshot;
  std::span<const char> library_code;  ///< the code cache of "edge-run:test"; empty: it is compiled
};

/// Where the results of a file go.
class TestListener {
 public:
  virtual ~TestListener() = default;
  virtual void report(TestResult result) = 0;
  virtual void obsolete(std::vector<std::string> snapshots) = 0;
  /// The answer to Profiler.takePreciseCoverage.
  virtual void coverage(std::string answer) = 0;
  /// All that was loaded: a change of one is a change of the test.
  virtual void files(std::vector<std::string> paths) = 0;
};

/// Runs the file's tests in order and reports each. Fails for a file that cannot be loaded, that registers no
/// test, or that fails outside of its tests.
Result<> run_test_file(const TestFileSettings& settings, TestListener& listener);

}  // namespace edge::bindings
