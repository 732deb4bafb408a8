// Small files that are read whole.
#pragma once

#include <optional>
#include <string>

#include "runtime/base/error.h"

namespace edge {

/// The content of a file; nothing where there is none. Fails, naming it, for a folder and for what cannot be
/// read.
Result<std::optional<std::string>> read_if_there(const std::string& path);

}  // namespace edge
