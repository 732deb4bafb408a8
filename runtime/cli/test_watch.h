// `edge-run test --watch`: again and again, whatever a change on disk belongs to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/cli/test_report.h"

namespace edge::cli {

/// Runs all files that `find` gives, then, for ever, those that a change on disk touches and those that are
/// new. Ends by a failure of `run` alone.
std::unexpected<Error> watch_tests(
    const std::function<std::vector<std::string>()>& find,
    const std::function<Result<std::vector<FileReport>>(std::vector<std::string>)>& run);

}  // namespace edge::cli
