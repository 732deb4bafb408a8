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
  bool make_library_code = false;      ///< that cache is to be made, of what the tests ran
};

/// Where the results of a file go.
class TestListener {
 public:
  virtual ~TestListener() = default;
  virtual void report(TestResult result) = 0;
  virtual void obsolete(std::vector<std::string> snapshots) = 0;
  /// The answer to Profiler.takePreciseCoverage.
  virtual void coverage(std::string answer) = 0;
  virtual void library_code(std::string /*code_cache*/) {}
  /// All that was loaded: a change of one is a change of the test.
  virtual void files(std::vector<std::string> paths) = 0;
  /// The last that is told. An error: the file cannot be loaded, registers no test, or fails outside of its
  /// tests. The Realm is still there: a process may end here, and save the time to free it.
  virtual void done(const Result<>& outcome) = 0;
};

/// Runs the file's tests in order and tells the listener about each.
void run_test_file(const TestFileSettings& settings, TestListener& listener);

}  // namespace edge::bindings
