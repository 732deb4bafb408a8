// Runs one file of policy tests in a Realm of its own.
#pragma once

#include <string>

#include "bindings/testing.h"
#include "runtime/base/error.h"
#include "runtime/js/realm.h"

namespace edge::bindings {

struct TestFileSettings {
  std::string path;
  js::SnapshotView snapshot;
};

/// Loads the file, runs its tests in order and reports each to `run`. Fails for a file that cannot be loaded,
/// that registers no test, or whose tests do not end within a minute.
Result<> run_test_file(const TestFileSettings& settings, TestRun& run);

}  // namespace edge::bindings
