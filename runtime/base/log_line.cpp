// Escaping and formatting by hand into the caller's buffer: an access line must not cost a microsecond.
#include "runtime/base/log_line.h"

#include <simdutf.h>

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

namespace edge::log {
namespace {

enum class Use : std::uint8_t { value, message, json };

/// True for the bytes that need neither quotes in text nor an escape anywhere.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (int c = 0x21; c < 0x7F; ++c) table[c] = c != '"' && c != '\\' && c != '=';
  return table;
}();

void append_hex(std::string& out, std::string_view prefix, std::uint32_t value, int digits) {
  out += prefix;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 15];
}

/// Code points that change how a terminal shows what follows: C1 controls, line separators, direction
/// overrides.
bool misleads(std::uint32_t point) {
  return (point >= 0x80 && point < 0xA0) || (point >= 0x200E && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

struct Point {
  std::uint32_t value = 0;
  std::size_t size = 0;  ///< 0: these bytes are not UTF-8
};

Point point_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || size > text.size() || !simdutf::validate_utf8(text.data(), size)) return {};
  std::uint32_t value = byte(0) & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) value = value << 6 | (byte(i) & 0x3Fu);
  return {value, size};
}

void append_ascii(std::string& out, char c, Use use) {
  if (c == '\n' && use == Use::message) {
    out += "\n    | ";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    append_hex(out, use == Use::json ? "\\u" : "\\x", static_cast<unsigned char>(c),
               use == Use::json ? 4 : 2);
  } else if (c == '\\' || (c == '"' && use != Use::message)) {
    out += '\\';
    out += c;
  } else {
    out += c;
  }
}

void append_escaped(std::string& out, std::string_view text, Use use) {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_ascii(out, text[0], use);
      text.remove_prefix(1);
      continue;
    }
    const Point point = point_at(text);
    if (point.size == 0) {
      // JSON strings hold characters only, so a byte that is none becomes the text \xNN in them.
      append_hex(out, use == Use::json ? "\\\\x" : "\\x", static_cast<std::uint8_t>(text[0]), 2);
    } else if (misleads(point.value)) {
      append_hex(out, "\\u", point.value, 4);
    } else {
      out += text.substr(0, point.size);
    }
    text.remove_prefix(point.size == 0 ? 1 : point.size);
  }
}

/// Cuts at a character's start, so that valid text stays valid.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > bytes_max - 4 && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

bool is_plain(std::string_view text) {
  for (const char c : text)
    if (!plain[static_cast<unsigned char>(c)]) return false;
  return !text.empty();
}

void append_value(std::string& out, std::string_view text, Use use) {
  const std::string_view kept = cut(text, value_bytes_max);
  const bool whole = kept.size() == text.size();
  const bool is_simple = whole && is_plain(text);
  if (is_simple && use == Use::value) {
    out += text;
    return;
  }
  out += '"';
  if (is_simple) {
    out += text;
  } else {
    append_escaped(out, kept, use);
  }
  if (!whole) out += "…";
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_field(std::string& out, const Field& field, Use use) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return append_value(out, *text, use);
  if (const auto* integer = std::get_if<std::int64_t>(&field.value)) return append_number(out, *integer);
  if (const auto* yes = std::get_if<bool>(&field.value)) {
    out += *yes ? "true" : "false";
    return;
  }
  const double number = std::get<double>(field.value);
  if (std::isfinite(number)) return append_number(out, number);
  out += use == Use::json ? "null" : "nan";
}

}  // namespace

void append_time(std::string& out, std::chrono::system_clock::time_point time) {
  // The date of a second is worked out once per thread and second: gmtime costs more than the rest of a line.
  thread_local std::time_t cached_second = -1;
  thread_local char cached[40];
  const auto since = time.time_since_epoch();
  const auto second = std::chrono::floor<std::chrono::seconds>(since);
  if (second.count() != cached_second) {
    cached_second = second.count();
    std::tm parts{};
    gmtime_r(&cached_second, &parts);
    std::strftime(cached, sizeof cached, "%Y-%m-%dT%H:%M:%S.", &parts);
  }
  out += cached;
  const auto ms =
      static_cast<unsigned>(std::chrono::duration_cast<std::chrono::milliseconds>(since - second).count());
  out += static_cast<char>('0' + ms / 100);
  out += static_cast<char>('0' + ms / 10 % 10);
  out += static_cast<char>('0' + ms % 10);
  out += 'Z';
}

void append_text(std::string& out, const Line& line) {
  append_time(out, line.time);
  if (!line.level.empty()) (out += ' ') += line.level;
  (out += ' ') += line.event;
  for (const Field& field : line.fields) {
    ((out += ' ') += field.name) += '=';
    append_field(out, field, Use::value);
  }
  if (!line.message.empty()) {
    out += ": ";
    const std::string_view kept = cut(line.message, message_bytes_max);
    append_escaped(out, kept, Use::message);
    if (kept.size() != line.message.size()) out += "…";
  }
  out += '\n';
}

void append_json(std::string& out, const Line& line) {
  out += "{\"ts\":\"";
  append_time(out, line.time);
  out += '"';
  if (!line.level.empty()) ((out += ",\"level\":\"") += line.level) += '"';
  ((out += ",\"event\":\"") += line.event) += '"';
  if (!line.message.empty()) {
    out += ",\"message\":\"";
    const std::string_view kept = cut(line.message, message_bytes_max);
    append_escaped(out, kept, Use::json);
    out += kept.size() != line.message.size() ? "…\"" : "\"";
  }
  for (const Field& field : line.fields) {
    ((out += ",\"") += field.name) += "\":";
    append_field(out, field, Use::json);
  }
  out += "}\n";
}

}  // namespace edge::log
