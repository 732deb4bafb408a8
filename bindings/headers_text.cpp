// Header lists as the one string by which they cross to JavaScript.
#include "bindings/headers_text.h"

#include <utility>

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

std::optional<std::string> read_headers(std::string text, http::HeaderList& headers,
                                        bool* asks_for_web_socket) {
  if (!headers.append_lines(std::move(text))) return "Invalid header name or value.";
  if (asks_for_web_socket) {
    const auto upgrade = headers.find("upgrade");
    *asks_for_web_socket = upgrade && http::equal_ignoring_case(*upgrade, "websocket");
  }
  headers.remove_if(http::is_framing_header);
  return std::nullopt;
}

}  // namespace edge::bindings
