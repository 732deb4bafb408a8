// Diagnostics, events and the access log: one line each on standard output (access log) or standard error.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/base/config.h"

namespace edge::log {

/// A named value of a log line. Text is escaped by the format in force; it may hold bytes of strangers.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
  Field(std::string_view name, std::string_view value) : name(name), value(value) {}
  Field(std::string_view name, const std::string& value) : name(name), value(std::string_view(value)) {}
  Field(std::string_view name, const char* value) : name(name), value(std::string_view(value)) {}
  Field(std::string_view name, bool value) : name(name), value(value) {}
  Field(std::string_view name, double value) : name(name), value(value) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  Field(std::string_view name, Integer value) : name(name), value(static_cast<std::int64_t>(value)) {}
};

struct Settings {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
  bool access = true;
};
/// Sets the format for the whole process; before the first line.
void configure(const Settings& settings);
[[nodiscard]] bool access_enabled();

/// A diagnostic: `event` is a dotted name ("reload.failed"), `message` a sentence for people.
void write(LogLevel level, std::string_view event, std::string_view message,
           std::initializer_list<Field> fields = {});
/// One line of the access log.
void access(std::initializer_list<Field> fields);
void flush();

}  // namespace edge::log
