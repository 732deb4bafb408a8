// Which files `edge-run test` runs.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/error.h"

namespace edge::cli {

/// The named files and, below named folders, every *.test.js in order; nothing named: below the current
/// folder. Dependencies and hidden folders are left out. Fails when there is none.
Result<std::vector<std::string>> test_files(const std::vector<std::string>& named);

}  // namespace edge::cli
