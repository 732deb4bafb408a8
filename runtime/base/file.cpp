// Small files that are read whole.
#include "runtime/base/file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace edge {

Result<std::optional<std::string>> read_if_there(const std::string& path) {
  // A stream can be opened on a folder, and throws when it is read.
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return fail(ErrorKind::config, path + " is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in && errno == ENOENT) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) return fail(ErrorKind::config, path + ": " + std::strerror(errno));
  return text;
}

}  // namespace edge
