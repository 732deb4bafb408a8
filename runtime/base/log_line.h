// The text of a log line: times, fields and messages, escaped so that a stranger's bytes stay inside their
// value.
#pragma once

#include <chrono>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/log.h"

namespace edge::log {

/// A longer text value is cut here: subjects of certificates, paths and hosts are chosen by strangers.
inline constexpr std::size_t value_bytes_max = 1024;
/// A longer message is cut here; stacks of scripts are messages.
inline constexpr std::size_t message_bytes_max = 16 * 1024;

struct Line {
  std::chrono::system_clock::time_point time;
  std::string_view level;  ///< empty: the access log has none
  std::string_view event;
  std::string_view message;  ///< may be empty
  std::span<const Field> fields;
};

/// `2026-11-21T23:39:09.123Z warn reload.failed site=default file="a b.js": the message`, and a newline. The
/// message comes last and may span lines, whose continuations start with "    | "; a value never does.
void append_text(std::string& out, const Line& line);
/// One JSON object and a newline; the keys are ts, level, event, message and the fields' names.
void append_json(std::string& out, const Line& line);

/// RFC 3339 in UTC with milliseconds.
void append_time(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace edge::log
