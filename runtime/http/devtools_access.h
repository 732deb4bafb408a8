// Who may talk to the door of debuggers: nobody's web page.
#pragma once

#include <string>
#include <string_view>

namespace edge::http {

/// Why a request with these headers is refused; "" when it is not. A page that has its own name resolve to
/// 127.0.0.1 (DNS rebinding) is told by the Host, one that opens a WebSocket across origins by the Origin.
std::string devtools_refusal(std::string_view host, std::string_view origin);

}  // namespace edge::http
