// Header lists on their way to JavaScript and back.
#include "bindings/headers_text.h"

#include <utility>

#include "bindings/natives.h"
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

std::optional<std::string> read_headers(const HeadersHandle* base, std::string changes,
                                        http::HeaderList& headers, bool* asks_for_web_socket) {
  if (base) headers = base->list;
  if (!headers.apply(std::move(changes))) return "Invalid header name or value.";
  if (asks_for_web_socket) {
    const auto upgrade = headers.find("upgrade");
    *asks_for_web_socket = upgrade && http::equal_ignoring_case(*upgrade, "websocket");
  }
  headers.remove_if(http::is_framing_header);
  return std::nullopt;
}

namespace {

/// All of a list, for scripts that look at it.
js::Result<js::OneByte> changed_headers_text(HeadersHandle& base, js::OneByte changes) {
  if (changes.text.empty()) return js::OneByte{headers_text(base.list)};
  http::HeaderList list = base.list;
  if (!list.apply(std::move(changes.text))) return js::type_error("Invalid header name or value.");
  return js::OneByte{headers_text(list)};
}

constexpr js::Native table[] = {
    js::native<&changed_headers_text>("headersText"),
};

}  // namespace

constinit const std::span<const js::Native> headers_natives = table;

}  // namespace edge::bindings
