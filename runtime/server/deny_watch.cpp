// The folder is watched, not the file: a rename puts another file in its place.
#include "runtime/server/deny_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "runtime/base/log.h"

namespace edge::server {

DenyWatch::DenyWatch(const std::string& state_dir) {
  mkdir(state_dir.c_str(), 0700);
  fd_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ >= 0 && inotify_add_watch(fd_, state_dir.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE) >= 0)
    return;
  log::write(LogLevel::warn, "deny.unwatched",
             std::string("changes of the deny-list need a reload: ") + std::strerror(errno),
             {{"folder", state_dir}});
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

DenyWatch::~DenyWatch() {
  if (fd_ >= 0) close(fd_);
}

bool DenyWatch::changed() {
  bool changed = false;
  alignas(inotify_event) char buffer[4096];
  ssize_t got = 0;
  while (fd_ >= 0 && (got = read(fd_, buffer, sizeof buffer)) > 0) {
    for (const char* at = buffer; at < buffer + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      const bool is_ours = event->len > 0 && std::string_view(event->name) == "denied";
      // Events that were lost may have been of ours.
      changed = changed || is_ours || (event->mask & IN_Q_OVERFLOW) != 0;
      at += sizeof *event + event->len;
    }
  }
  return changed;
}

}  // namespace edge::server
