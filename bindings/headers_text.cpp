// Header lists on their way to JavaScript and back.
#include "bindings/headers_text.h"

#include <utility>

#include "bindings/exchange.h"
#include "bindings/host.h"
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

std::optional<std::string> read_headers(HeldHeaders base, std::string changes, http::HeaderList& headers,
                                        bool* asks_for_web_socket) {
  if (base.list) headers = *base.list;
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
js::Result<js::OneByte> changed_headers_text(HeldHeaders base, js::OneByte changes) {
  if (!base.list) return js::type_error("There is no list of headers.");
  if (changes.text.empty()) return js::OneByte{headers_text(*base.list)};
  http::HeaderList list = *base.list;
  if (!list.apply(std::move(changes.text))) return js::type_error("Invalid header name or value.");
  return js::OneByte{headers_text(list)};
}

constexpr js::Native table[] = {
    js::native<&changed_headers_text>("headersText"),
};

}  // namespace

constinit const std::span<const js::Native> headers_natives = table;

}  // namespace edge::bindings

namespace edge::js {

bool Argument<bindings::HeldHeaders>::read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
  if (from->IsNullOrUndefined()) return true;
  if (from->IsUint32()) {
    auto exchange = bindings::Host::of(scope).exchange(scope, from.As<v8::Uint32>()->Value());
    if (!exchange) {
      throw_exception(scope, exchange.error());
      return false;
    }
    value.list = &(*exchange)->request().headers;
    return true;
  }
  auto* held = held_in(scope, from, &held_kind<bindings::HeadersHandle>);
  if (!held) return refuse(scope, place, "null, headers, or the number of an event");
  value.list = &static_cast<bindings::HeadersHandle&>(**held).list;
  return true;
}

}  // namespace edge::js
