// What can go wrong, as values: Error, Result<T> and fail(); and check() for what cannot.
#pragma once

#include <cstdint>
#include <expected>
#include <source_location>
#include <string>
#include <utility>

namespace edge {

/// Who has to act on a failure. The exit code of a command follows from it (runtime/cli/main.cpp).
enum class ErrorKind : std::uint8_t {
  usage,     ///< the command line is wrong
  config,    ///< a configuration file, certificate, key, CRL or script cannot be used
  bind,      ///< an address cannot be listened on
  tls,       ///< a TLS peer broke off, or could not be trusted
  protocol,  ///< a peer does not speak HTTP as RFC 9112 wants it
  timeout,   ///< a limit of time passed
  limit,     ///< a limit of size or number was reached
  closed,    ///< the peer ended the connection where that is allowed
  connect,   ///< an origin could not be reached
  script,    ///< a script threw, or gave back what is no answer
  io,        ///< the operating system refused a read, a write or a file
};

/// A failure that a caller must handle or hand on. `message` is a sentence fragment that names the thing
/// (file, key, host) and, where there is one, the remedy; it has no period at its end. Its special members
/// are cold: what only fails is kept out of the way of what goes well, in the code of all who return a
/// Result.
struct Error {
  [[gnu::cold]] Error(ErrorKind kind, std::string message);
  [[gnu::cold]] Error(const Error& other);
  [[gnu::cold]] Error(Error&& other) noexcept;
  [[gnu::cold]] Error& operator=(const Error& other);
  [[gnu::cold]] Error& operator=(Error&& other) noexcept;
  [[gnu::cold]] ~Error();

  ErrorKind kind;
  std::string message;
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] [[gnu::cold]] std::unexpected<Error> fail(ErrorKind kind, std::string message);

/// Ends the process, naming the place, when what cannot be false is false. Never for input.
void check(bool condition, std::source_location where = std::source_location::current());

}  // namespace edge
