// Known traps in policies, found in their syntax: the linter of bindings/lint, in a Realm of its own.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/error.h"

namespace edge::bindings {

/// What a file was found to hold.
struct LintReport {
  std::vector<std::string> findings;  ///< "policy.js:3:9: what is wrong: the remedy (rule)"
  std::string problem;                ///< why nobody looked, "policy.js:3:9: …"; "" when somebody did
};

/// Looks at the `source` of a JavaScript file, whose name in findings is `path`. Needs V8 to be started, and
/// no Realm being visited on this thread.
LintReport lint(const std::string& path, const std::string& source);

}  // namespace edge::bindings
