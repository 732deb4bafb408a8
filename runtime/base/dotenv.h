// Files of secrets: lines of NAME=VALUE, as .dev.vars and .env have them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge {

/// A value is what follows "=", without white space around it and without a comment; or it stands in quotes
/// (' " or
/// `), where it may have several lines, and in " the escapes \n, \r, \t, \\ and \". The last of a name
/// counts. Messages name `path` and line, never a value.
Result<std::vector<Variable>> parse_dotenv(std::string_view text, const std::string& path);

}  // namespace edge
