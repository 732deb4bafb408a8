// Header lists as they cross between C++ and JavaScript: what came from the network as a handle, changes as
// text.
#pragma once

#include <optional>
#include <string>

#include "runtime/http/header_list.h"
#include "runtime/js/native.h"

namespace edge::bindings {

/// A list that came from the network. JavaScript looks into it when a script does.
class HeadersHandle : public js::Held {
 public:
  explicit HeadersHandle(http::HeaderList list) : list(std::move(list)) {}
  const http::HeaderList list;
};

/// What C++ holds of a list that JavaScript hands over: nothing for null, the list of a HeadersHandle, or,
/// for the number of the current event, that of its request as it came. To be read before the native returns.
struct HeldHeaders {
  const http::HeaderList* list = nullptr;
};

/// "name\nvalue\nname\nvalue\n"
std::string headers_text(const http::HeaderList& headers);

/// Makes `headers` of `base`, or of nothing, and the changes to it (HeaderList::apply), leaving out
/// hop-by-hop and framing headers: those are the codec's. Gives back what is wrong with a name or value.
/// JavaScript checks both when it takes them; nothing that it forgets may split a message.
/// `asks_for_web_socket` is set when "Upgrade: websocket" is among what is left out.
std::optional<std::string> read_headers(HeldHeaders base, std::string changes, http::HeaderList& headers,
                                        bool* asks_for_web_socket = nullptr);

}  // namespace edge::bindings

namespace edge::js {

template <>
struct Argument<bindings::HeldHeaders> : OwnedArgument {
  bindings::HeldHeaders value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place);
  bindings::HeldHeaders lend() { return value; }
};

}  // namespace edge::js
