// Which files `edge-run test` runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"

namespace edge::cli {

/// True for "x.test.js" and "x.test.ts".
bool is_test_file(std::string_view path);

/// The named files and, below named folders, every *.test.js and *.test.ts in order; nothing named: below the
/// current folder. Dependencies and hidden folders are left out. Fails when there is none.
Result<std::vector<std::string>> test_files(const std::vector<std::string>& named);

}  // namespace edge::cli
