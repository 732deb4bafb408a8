// Header lists as the one string by which they cross to JavaScript.
#include "bindings/headers_text.h"

#include <algorithm>
#include <array>

namespace edge::bindings {
namespace {

// RFC 9110 section 7.6.1 and RFC 9112 section 6.
constexpr std::array<std::string_view, 8> left_out = {
    "connection", "content-length", "keep-alive",        "proxy-connection",
    "te",         "trailer",        "transfer-encoding", "upgrade"};

bool is_left_out(std::string_view name) {
  constexpr std::size_t shortest = 2, longest = 17;
  if (name.size() < shortest || name.size() > longest) return false;
  return std::ranges::any_of(left_out,
                             [&](std::string_view other) { return http::equal_ignoring_case(name, other); });
}

}  // namespace

std::string headers_text(const http::HeaderList& headers) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < headers.size(); ++i)
    size += headers[i].name.size() + headers[i].value.size() + 2;
  std::string text;
  text.reserve(size);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    text.append(headers[i].name) += '\n';
    text.append(headers[i].value) += '\n';
  }
  return text;
}

std::optional<std::string> read_headers(std::string_view text, http::HeaderList& headers) {
  if (text.empty()) return std::nullopt;
  headers.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) / 2, text.size());
  while (!text.empty()) {
    const std::size_t name_end = text.find('\n');
    const std::size_t value_end = name_end == text.npos ? text.npos : text.find('\n', name_end + 1);
    if (value_end == text.npos) return "the header list is cut off";
    const std::string_view name = text.substr(0, name_end);
    const std::string_view value = text.substr(name_end + 1, value_end - name_end - 1);
    if (!http::is_token(name)) return "Invalid header name.";
    if (!http::is_field_value(value)) return "Invalid header value.";
    if (!is_left_out(name)) headers.append(name, value);
    text.remove_prefix(value_end + 1);
  }
  return std::nullopt;
}

}  // namespace edge::bindings
