// The one door between the server and whatever answers requests.
#pragma once

#include "runtime/base/task.h"
#include "runtime/http/message.h"

namespace edge::server {

/// Answers requests. Never throws; what goes wrong is a Response (server/error_page.h).
class Handler {
 public:
  virtual ~Handler() = default;
  /// `request.peer` says who asks. Ends within handler_timeout.
  virtual Task<http::Response> fetch(http::Request request) = 0;
  /// True when a new process should take over: the script reached a limit that its isolate cannot be trusted after.
  [[nodiscard]] virtual bool condemned() const = 0;
};

}  // namespace edge::server
