// Ends the process where a thing that cannot be is.
#include "runtime/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace edge {

void check(bool condition, std::source_location where) {
  if (condition) [[likely]]
    return;
  std::fprintf(stderr, "edge-run: internal error: check failed in %s (%s:%u)\n", where.function_name(),
               where.file_name(), where.line());
  std::abort();
}

}  // namespace edge
