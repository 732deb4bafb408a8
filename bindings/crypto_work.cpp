// What goes wrong with keys and algorithms, as scripts see it.
#include "bindings/crypto_work.h"

namespace edge::bindings {

js::Exception exception_of(crypto::Failure failure) {
  const auto name_of = [](crypto::FailureKind kind) {
    switch (kind) {
      case crypto::FailureKind::data:
        return "DataError";
      case crypto::FailureKind::operation:
        return "OperationError";
      case crypto::FailureKind::not_supported:
        break;
    }
    return "NotSupportedError";
  };
  return {js::ExceptionType::dom_exception, std::move(failure.message), name_of(failure.kind)};
}

}  // namespace edge::bindings
