// Escapes and encodings for headers about certificates.
#include "runtime/http/header_text.h"

#include <chrono>
#include <format>

namespace edge::http {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

void append_hex(std::string& out, unsigned char byte) {
  out += hex_digits[byte >> 4];
  out += hex_digits[byte & 15];
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

unsigned nibble(char digit) { return static_cast<unsigned>(hex_digits.find(digit)); }

}  // namespace

std::string header_safe(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool space_at_end = byte == ' ' && (i == 0 || i + 1 == text.size());
    if (byte >= 0x20 && byte < 0x7f && !space_at_end) {
      out += text[i];
      continue;
    }
    out += '\\';
    append_hex(out, byte);
  }
  return out;
}

std::string percent_encoded(std::string_view text, std::string_view safe) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    if (is_unreserved(c) || safe.contains(c)) {
      out += c;
      continue;
    }
    out += '%';
    append_hex(out, static_cast<unsigned char>(c));
  }
  return out;
}

std::string pem_of(const std::vector<BytesView>& certificates) {
  constexpr std::size_t line = 64;
  std::string pem;
  for (const BytesView der : certificates) {
    const std::string text = base64(der);
    pem += "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < text.size(); at += line) (pem += text.substr(at, line)) += '\n';
    pem += "-----END CERTIFICATE-----\n";
  }
  return pem;
}

std::string string_list(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) {
    list += list.empty() ? "\"" : ", \"";
    for (const char c : header_safe(value)) {
      if (c == '"' || c == '\\') list += '\\';
      list += c;
    }
    list += '"';
  }
  return list;
}

std::string serial_magnitude(std::string_view octets) {
  if (octets.empty()) return "";
  std::string digits(octets);
  const bool negative = nibble(digits[0]) >= 8;
  if (negative) {
    // Two's complement: every digit is inverted, and one is added.
    unsigned carry = 1;
    for (std::size_t i = digits.size(); i-- > 0;) {
      const unsigned sum = 15 - nibble(digits[i]) + carry;
      digits[i] = hex_digits[sum & 15];
      carry = sum >> 4;
    }
  }
  while (digits.size() > 2 && digits.starts_with("00")) digits.erase(0, 2);
  return (negative ? "-" : "") + digits;
}

std::string iso_time(std::int64_t seconds) {
  return std::format("{:%FT%TZ}", std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

}  // namespace edge::http
