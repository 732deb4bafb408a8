// Notices that the deny-list's file was replaced.
#pragma once

#include <string>

namespace edge::server {

class DenyWatch {
 public:
  /// Makes `state_dir` where it is missing. A folder that cannot be watched is an event in the log.
  explicit DenyWatch(const std::string& state_dir);
  ~DenyWatch();
  DenyWatch(const DenyWatch&) = delete;
  [[nodiscard]] int fd() const { return fd_; }  ///< readable when something happened; -1: nothing is watched
  /// Whether the file changed since the last call.
  bool changed();

 private:
  int fd_ = -1;
};

}  // namespace edge::server
