// Programs of third_party/test_tools: fetched when the first test that needs one runs.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/support/process.h"

namespace edge::testing {

/// True, with a message, where EDGE_SUITES=skip does without them.
inline bool test_tools_are_skipped() {
  const char* wish = std::getenv("EDGE_SUITES");
  const bool skipped = wish != nullptr && std::string_view(wish) == "skip";
  if (skipped) MESSAGE("skipped: EDGE_SUITES=skip");
  return skipped;
}

/// The folder of third_party/test_tools; the end of the test when it cannot be had.
inline const std::string& test_tools() {
  static const std::string folder = [] {
    const Finished done =
        run({EDGE_RUN_SOURCE "/third_party/test_tools"}, {}, std::chrono::seconds(400), EDGE_RUN_SOURCE);
    REQUIRE_MESSAGE(done.exit_code == 0, done.err);
    return done.out.substr(0, done.out.find('\n'));
  }();
  return folder;
}

}  // namespace edge::testing
