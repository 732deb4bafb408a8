// Tells a service manager (systemd) what the server is about to do.
#pragma once

#include <string_view>

namespace edge::server {

/// Sends `state` ("READY=1") to $NOTIFY_SOCKET; nothing happens without one.
/// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
void service_notify(std::string_view state);
void service_notify_reloading();

}  // namespace edge::server
