// What the tests of modules share: a script is loaded from a folder, and what it says, or why it cannot be,
// is told.
#pragma once

#include <string>
#include <string_view>

#include "tests/js/test_realm.h"

namespace edge::js::test {

/// A module with one function `add`, of two i32.
inline constexpr std::string_view add_wasm(
    "\0asm\1\0\0\0\1\7\1\140\2\177\177\1\177\3\2\1\0\7\7\1\3add\0\0\12\11\1\7\0\40\0\40\1\152\13", 41);

struct Loaded {
  std::string problem;
  std::string said;
};

inline Loaded load(const std::string& path) {
  TestRealm test;
  auto loaded = test.realm->load_script(path);
  return {loaded ? "" : loaded.error().message, test.said_text()};
}

inline std::string problem_of(const Folder& folder, std::string_view source) {
  return load(folder.write("worker.js", source)).problem;
}

}  // namespace edge::js::test
