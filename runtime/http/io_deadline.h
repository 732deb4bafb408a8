// The time limit of one stream's reads and writes: both may wait at once, and there is one Deadline for the
// two.
#pragma once

#include <chrono>

#include "runtime/base/deadline.h"

namespace edge::http {

/// A beginning arms the deadline anew, so that progress in either direction keeps a busy stream alive.
class IoDeadline {
 public:
  explicit IoDeadline(Deadline& deadline) : deadline_(deadline) {}
  void read_begins(std::chrono::milliseconds timeout) { deadline_.expires_after(reading_ = timeout); }
  void write_begins(std::chrono::milliseconds timeout) { deadline_.expires_after(writing_ = timeout); }
  void read_ended() { ended(reading_, writing_); }
  void write_ended() { ended(writing_, reading_); }

 private:
  void ended(std::chrono::milliseconds& that, std::chrono::milliseconds other) {
    that = {};
    if (other.count() == 0)
      deadline_.disarm();
    else
      deadline_.expires_after(other);
  }
  Deadline& deadline_;
  std::chrono::milliseconds reading_{}, writing_{};
};

}  // namespace edge::http
