// Files that a command leaves for its user: certificates and lists for everybody, keys for their owner alone.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/error.h"

namespace edge::cli {

enum class Overwrite : std::uint8_t { refused, allowed };

/// Replaces a file at once, with the mode that the umask leaves of 0644: whoever reads it sees the old
/// content or the new.
Result<> replace_public_file(const std::string& path, std::string_view content);
/// The same with mode 0600, which it has from its first moment.
Result<> replace_private_file(const std::string& path, std::string_view content);

/// Fails, naming the file and --force, when it exists and must not be overwritten.
Result<> check_absent(const std::string& path, Overwrite overwrite);

}  // namespace edge::cli
