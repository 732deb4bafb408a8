// A server of one process (workers = 0): for development, tests and debuggers.
#pragma once

#include "runtime/server/supervisor.h"

namespace edge::server {

Result<int> run_single_process(Service service);

}  // namespace edge::server
