// stat(), remembered.
#include "runtime/server/file_stamps.h"

#include <sys/stat.h>

#include <algorithm>

namespace edge::server {
namespace {

long long nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

}  // namespace

FileStamps::Stamp FileStamps::stamp_of(const std::string& file) {
  struct stat info{};
  if (stat(file.c_str(), &info) != 0) return {};
  return {.device = info.st_dev,
          .inode = info.st_ino,
          .size = info.st_size,
          .modified = nanoseconds(info.st_mtim),
          .changed = nanoseconds(info.st_ctim)};
}

void FileStamps::add(const std::string& file) {
  if (!file.empty()) stamps_.try_emplace(file, stamp_of(file));
}

void FileStamps::add(const std::vector<std::string>& files) {
  for (const std::string& file : files) add(file);
}

bool FileStamps::any_changed() const {
  return std::ranges::any_of(stamps_, [](const auto& row) { return stamp_of(row.first) != row.second; });
}

}  // namespace edge::server
