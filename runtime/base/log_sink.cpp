// Buffered writing of log lines, safe across fork and shared by all threads of a process.
#include "runtime/base/log_sink.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <new>
#include <thread>

namespace edge::log {
namespace {

constexpr std::size_t buffer_bytes_max = 64 * 1024;

bool is_pipe(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/// How much of `text` one write to a pipe may have: whole lines, of at most PIPE_BUF bytes if any line is
/// that short.
std::size_t whole_lines(std::string_view text) {
  if (text.size() <= PIPE_BUF) return text.size();
  if (const auto end = text.rfind('\n', PIPE_BUF - 1); end != text.npos) return end + 1;
  const auto end = text.find('\n');
  return end == text.npos ? text.size() : end + 1;
}

}  // namespace

DescriptorSink::DescriptorSink(int descriptor, Delay delay)
    : descriptor_(descriptor),
      is_pipe_(is_pipe(descriptor)),
      delayed_(delay == Delay::one_second && isatty(descriptor) == 0) {}

void DescriptorSink::sink_it_(const spdlog::details::log_msg& line) {
  const std::string_view text(line.payload.data(), line.payload.size());
  if (!delayed_) return write_out(text);
  const bool was_empty = buffer_.empty();
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes_max) return flush_();
  if (!flushing_) start_flushing();
  if (was_empty) filled_.notify_one();
}

void DescriptorSink::flush_() {
  write_out(buffer_);
  buffer_.clear();
}

void DescriptorSink::start_flushing() {
  // Signals belong to the threads that know what they mean, so this one takes none.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([this] {
    std::unique_lock lock(mutex_);
    while (true) {
      filled_.wait(lock, [this] { return !buffer_.empty(); });
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::seconds(1));
      lock.lock();
      flush_();
    }
  }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  flushing_ = true;
}

void DescriptorSink::write_out(std::string_view text) {
  while (!text.empty()) {
    const std::size_t wanted = is_pipe_ ? whole_lines(text) : text.size();
    std::string_view part = text.substr(0, wanted);
    while (!part.empty()) {
      const ssize_t written = ::write(descriptor_, part.data(), part.size());
      if (written >= 0) {
        part.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN) {
        // Another owner of the terminal or pipe made it non-blocking.
        pollfd wait{descriptor_, POLLOUT, 0};
        if (poll(&wait, 1, 1000) <= 0) return;
      } else if (errno != EINTR) {
        return;  // Nobody reads any more, or the disk is full: serving goes on without the log.
      }
    }
    text.remove_prefix(wanted);
  }
}

void DescriptorSink::before_fork() {
  mutex_.lock();
  flush_();
}

void DescriptorSink::after_fork_in_parent() { mutex_.unlock(); }

void DescriptorSink::after_fork_in_child() {
  flushing_ = false;
  // The parent's flushing thread may have been waiting; here it never existed.
  new (&filled_) std::condition_variable_any;
  mutex_.unlock();
}

}  // namespace edge::log
