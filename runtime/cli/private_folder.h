// Folders and files that only their owner reads: state, development keys.
#pragma once

#include <string>

#include "runtime/base/error.h"

namespace edge::cli {

/// Makes the folder and those above it where they are missing, with mode 0700.
Result<> make_private_folder(const std::string& path);
/// Writes a new file with mode 0600; fails when it exists.
Result<> write_private_file(const std::string& path, const std::string& content);
Result<std::string> read_whole_file(const std::string& path);

}  // namespace edge::cli
