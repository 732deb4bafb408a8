// The loggers of this process: the access log on standard output, diagnostics on standard error.
#include "runtime/base/log.h"

#include <pthread.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "runtime/base/log_line.h"
#include "runtime/base/log_sink.h"

namespace edge::log {
namespace {

constexpr std::string_view level_names[] = {"debug", "info", "warn", "error"};
constexpr spdlog::level::level_enum spdlog_levels[] = {spdlog::level::debug, spdlog::level::info,
                                                       spdlog::level::warn, spdlog::level::err};

struct Loggers {
  Settings settings;
  std::shared_ptr<DescriptorSink> out =
      std::make_shared<DescriptorSink>(STDOUT_FILENO, DescriptorSink::Delay::one_second);
  std::shared_ptr<DescriptorSink> err =
      std::make_shared<DescriptorSink>(STDERR_FILENO, DescriptorSink::Delay::none);
  spdlog::logger access{"access", out};
  spdlog::logger diagnostics{"diagnostics", err};
};

/// Lives as long as the process: other threads may log while it ends.
Loggers& loggers() {
  static Loggers& all = [] -> Loggers& {
    auto* made = new Loggers;
    made->diagnostics.set_level(spdlog::level::info);
    pthread_atfork(
        [] {
          loggers().out->before_fork();
          loggers().err->before_fork();
        },
        [] {
          loggers().err->after_fork_in_parent();
          loggers().out->after_fork_in_parent();
        },
        [] {
          loggers().err->after_fork_in_child();
          loggers().out->after_fork_in_child();
        });
    std::atexit([] { flush(); });
    return *made;
  }();
  return all;
}

std::string_view format_line(LogFormat format, const Line& line) {
  thread_local std::string buffer;
  buffer.clear();
  if (format == LogFormat::json) {
    append_json(buffer, line);
  } else {
    append_text(buffer, line);
  }
  return buffer;
}

}  // namespace

void configure(const Settings& settings) {
  loggers().settings = settings;
  loggers().diagnostics.set_level(spdlog_levels[static_cast<std::size_t>(settings.level)]);
}

bool access_enabled() { return loggers().settings.access; }

void write(LogLevel level, std::string_view event, std::string_view message,
           std::initializer_list<Field> fields) {
  Loggers& all = loggers();
  const auto index = static_cast<std::size_t>(level);
  if (!all.diagnostics.should_log(spdlog_levels[index])) return;
  const std::string_view line = format_line(all.settings.format, {.time = std::chrono::system_clock::now(),
                                                                  .level = level_names[index],
                                                                  .event = event,
                                                                  .message = message,
                                                                  .fields = {fields.begin(), fields.size()}});
  all.diagnostics.log(spdlog_levels[index], spdlog::string_view_t(line.data(), line.size()));
}

void access(std::initializer_list<Field> fields) {
  Loggers& all = loggers();
  if (!all.settings.access) return;
  const std::string_view line = format_line(all.settings.format, {.time = std::chrono::system_clock::now(),
                                                                  .level = {},
                                                                  .event = "access",
                                                                  .message = {},
                                                                  .fields = {fields.begin(), fields.size()}});
  all.access.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void flush() {
  loggers().access.flush();
  loggers().diagnostics.flush();
}

}  // namespace edge::log
