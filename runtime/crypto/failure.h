// What can go wrong with keys and algorithms, as values: the three names that Web Cryptography has for it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace edge::crypto {

enum class FailureKind : std::uint8_t {
  data,           ///< the bytes are no key of that kind: DataError
  operation,      ///< the algorithm could not do it with these parameters: OperationError
  not_supported,  ///< NotSupportedError
};

struct Failure {
  FailureKind kind;
  std::string message;
};

template <class T = void>
using Result = std::expected<T, Failure>;

[[nodiscard]] std::unexpected<Failure> bad_data(std::string message);
[[nodiscard]] std::unexpected<Failure> operation_failed(std::string message);
[[nodiscard]] std::unexpected<Failure> not_supported(std::string message);

/// Empties OpenSSL's queue of errors on this thread, which TLS connections of the thread look at.
void forget_errors();

}  // namespace edge::crypto
