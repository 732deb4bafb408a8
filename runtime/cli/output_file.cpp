// Both kinds are written beside the file and renamed: no half of a key ever takes the place of a whole one.
#include "runtime/cli/output_file.h"

#include <sys/stat.h>

#include "runtime/server/list_sources.h"

namespace edge::cli {

Result<> replace_public_file(const std::string& path, std::string_view content) {
  return server::replace_file(path, as_bytes(content), server::Readers::everybody);
}

Result<> replace_private_file(const std::string& path, std::string_view content) {
  return server::replace_file(path, as_bytes(content), server::Readers::owner);
}

Result<> check_absent(const std::string& path, Overwrite overwrite) {
  struct stat status{};
  if (overwrite == Overwrite::allowed || lstat(path.c_str(), &status) != 0) return {};
  return fail(ErrorKind::config, path + " exists; --force overwrites it");
}

}  // namespace edge::cli
