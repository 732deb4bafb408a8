// Header lists as they cross between C++ and JavaScript: one string "name\nvalue\nname\nvalue\n".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/http/header_list.h"

namespace edge::bindings {

std::string headers_text(const http::HeaderList& headers);

/// Appends what `text` says to `headers`, leaving out hop-by-hop and framing headers: those are the codec's.
/// Gives back what is wrong with a name or value. JavaScript checks both when it takes them; nothing that it
/// forgets may split a message. `asks_for_web_socket` is set when "Upgrade: websocket" is among what is left
/// out.
std::optional<std::string> read_headers(std::string text, http::HeaderList& headers,
                                        bool* asks_for_web_socket = nullptr);

}  // namespace edge::bindings
