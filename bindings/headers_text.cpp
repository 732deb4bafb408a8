// Header lists as the one string by which they cross to JavaScript.
#include "bindings/headers_text.h"

#include "runtime/http/message_writer.h"

namespace edge::bindings {

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

std::optional<std::string> read_headers(std::string_view text, http::HeaderList& headers,
                                        bool* asks_for_web_socket) {
  if (text.empty()) return std::nullopt;
  headers.reserve(32, text.size());
  while (!text.empty()) {
    const std::size_t name_end = text.find('\n');
    const std::size_t value_end = name_end == text.npos ? text.npos : text.find('\n', name_end + 1);
    if (value_end == text.npos) return "the header list is cut off";
    const std::string_view name = text.substr(0, name_end);
    const std::string_view value = text.substr(name_end + 1, value_end - name_end - 1);
    if (!http::is_framing_header(name))
      headers.append(name, value);
    else if (asks_for_web_socket && http::equal_ignoring_case(name, "upgrade"))
      *asks_for_web_socket = http::equal_ignoring_case(value, "websocket");
    text.remove_prefix(value_end + 1);
  }
  if (!headers.is_valid()) return "Invalid header name or value.";
  return std::nullopt;
}

}  // namespace edge::bindings
