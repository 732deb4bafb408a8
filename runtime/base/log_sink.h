// Where log lines go: a descriptor, written in few large writes that never tear a line.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <condition_variable>
#include <mutex>
#include <string>

namespace edge::log {

/// Collects lines and writes them at most a second later, or at once to a terminal. Lines of several
/// processes on one pipe stay whole: a write to a pipe ends with a line and has at most PIPE_BUF bytes.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  enum class Delay : std::uint8_t { none, one_second };
  DescriptorSink(int descriptor, Delay delay);
  /// For fork(): nothing may be buffered or locked in the moment, and the child has no flushing thread yet.
  void before_fork();
  void after_fork_in_parent();
  void after_fork_in_child();

 private:
  void sink_it_(const spdlog::details::log_msg& line) override;
  void flush_() override;
  void start_flushing();
  void write_out(std::string_view text);

  const int descriptor_;
  const bool is_pipe_;
  const bool delayed_;
  bool flushing_ = false;  ///< a thread waits for lines
  std::string buffer_;
  std::condition_variable_any filled_;
};

}  // namespace edge::log
