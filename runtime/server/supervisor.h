// The process that owns configuration, listening sockets and the revocation index, and keeps the workers
// alive.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/server/handler.h"

namespace edge::server {

/// Reads the configuration anew, for a reload. A failure keeps what runs.
using ConfigReader = std::function<Result<Config>()>;

struct Service {
  Config config;
  HandlerFactory
      make_handler;     ///< called in the workers only: nothing may have started V8 or a thread before
  ConfigReader reread;  ///< on SIGHUP
  /// Called once, when every worker accepts: "https://127.0.0.1:8443", with the real port where 0 was
  /// configured.
  std::function<void(const std::vector<std::string>& urls)> listening;
};

/// Serves until SIGTERM or SIGINT, then drains; a second signal ends at once. Returns the exit code, or why
/// it could not start: ErrorKind::bind names the address; ErrorKind::config what cannot be used, scripts
/// included. With config.workers == 0 everything is in this process, and SIGHUP reloads the revocation lists
/// only.
Result<int> run_supervisor(Service service);

}  // namespace edge::server
