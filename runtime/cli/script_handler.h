// The Handler of one site as the program composes it: a script, its network, its key-value file.
#pragma once

#include "runtime/server/handler.h"

namespace edge::cli {

/// A server::HandlerFactory. Starts V8 in the calling process, so the supervisor must not call it before it
/// forks.
Result<std::unique_ptr<server::Handler>> make_script_handler(const server::HandlerSetup& setup);

}  // namespace edge::cli
