// Modes are given when a file or folder is made: a chmod afterwards leaves a moment in which others can read.
#include "runtime/cli/private_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace edge::cli {

Result<> make_private_folder(const std::string& path) {
  const std::filesystem::path folder(path);
  if (folder.has_parent_path() && folder.parent_path() != folder) {
    std::error_code none;
    if (!std::filesystem::exists(folder.parent_path(), none))
      if (auto made = make_private_folder(folder.parent_path().string()); !made) return made;
  }
  if (path.empty() || mkdir(path.c_str(), 0700) == 0) return {};
  const int error = errno;
  std::error_code none;
  if (error == EEXIST && std::filesystem::is_directory(folder, none)) return {};
  return fail(ErrorKind::config, "the folder " + path + " cannot be made: " + std::strerror(error) +
                                     "; choose another with --state-dir");
}

Result<> write_private_file(const std::string& path, const std::string& content) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(ErrorKind::config, path + " cannot be made: " + std::strerror(errno));
  std::string_view rest = content;
  int error = 0;
  while (!rest.empty() && error == 0) {
    const ssize_t written = write(file, rest.data(), rest.size());
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    if (written <= 0 && errno != EINTR) error = errno;
  }
  if (close(file) != 0 && error == 0) error = errno;
  if (error != 0) return fail(ErrorKind::config, path + " cannot be written: " + std::strerror(error));
  return {};
}

Result<std::string> read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::config, path + " cannot be read: " + std::strerror(errno));
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return fail(ErrorKind::config, path + " cannot be read");
  return std::move(text).str();
}

}  // namespace edge::cli
