// What can go wrong with keys and algorithms, as values.
#include "runtime/crypto/failure.h"

#include <openssl/err.h>

#include <utility>

namespace edge::crypto {

std::unexpected<Failure> bad_data(std::string message) {
  return std::unexpected<Failure>({FailureKind::data, std::move(message)});
}

std::unexpected<Failure> operation_failed(std::string message) {
  return std::unexpected<Failure>({FailureKind::operation, std::move(message)});
}

std::unexpected<Failure> not_supported(std::string message) {
  return std::unexpected<Failure>({FailureKind::not_supported, std::move(message)});
}

void forget_errors() { ERR_clear_error(); }

}  // namespace edge::crypto
