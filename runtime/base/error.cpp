// Errors as values, and the end of the process where a thing that cannot be is.
#include "runtime/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace edge {

Error::Error(ErrorKind kind, std::string message) : kind(kind), message(std::move(message)) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected<Error>(std::in_place, kind, std::move(message));
}

void check(bool condition, std::source_location where) {
  if (condition) [[likely]]
    return;
  std::fprintf(stderr, "edge-run: internal error: check failed in %s (%s:%u)\n", where.function_name(),
               where.file_name(), where.line());
  std::abort();
}

}  // namespace edge
