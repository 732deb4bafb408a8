// Whether files on disk are still those that were read.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace edge::server {

/// Compares identity, size and times, not contents: a reload asks about every module of every script.
class FileStamps {
 public:
  void add(const std::string& file);
  void add(const std::vector<std::string>& files);
  /// True when any file was written, replaced or removed since it was added.
  [[nodiscard]] bool any_changed() const;

 private:
  struct Stamp {
    unsigned long long device = 0, inode = 0;
    long long size = -1, modified = 0, changed = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& file);
  std::map<std::string, Stamp> stamps_;
};

}  // namespace edge::server
