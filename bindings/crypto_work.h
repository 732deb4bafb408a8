// How keys and algorithms are run for scripts: at once where that is quick, else beside the event loop; and
// keys as scripts hold them.
#pragma once

#include <memory>
#include <utility>

#include "runtime/base/background.h"
#include "runtime/crypto/key.h"
#include "runtime/js/native.h"
#include "runtime/js/realm.h"

namespace edge::bindings {

/// Freed by the collector; the secret is wiped then.
class KeyHandle : public js::Held {
 public:
  explicit KeyHandle(crypto::KeyPtr key) : key(std::move(key)) {}
  const crypto::KeyPtr key;
};

/// The DOMException that Web Cryptography has for it.
js::Exception exception_of(crypto::Failure failure);

enum class Load : bool { light, heavy };
/// Digests and ciphers of so much data are worth a thread.
inline constexpr std::size_t heavy_bytes = 128 * 1024;
constexpr Load load_of(BytesView data) { return data.size() < heavy_bytes ? Load::light : Load::heavy; }

template <class R, class Work>
Task<js::Result<R>> settled_in_background(boost::asio::io_context& io, Work work) {
  auto result = co_await in_background(io, std::move(work));
  if (!result) co_return std::unexpected(exception_of(std::move(result.error())));
  co_return std::move(*result);
}

/// Runs `work`, a function without arguments that owns what it needs and returns a crypto::Result. What comes
/// back is the result or, where it is heavy and a request waits for it, a Promise.
template <class Work>
js::Result<v8::Local<v8::Value>> perform(js::Scope& scope, Load load, Work work) {
  using R = std::invoke_result_t<Work&>::value_type;
  auto tidy_work = [work = std::move(work)]() mutable {
    auto result = work();
    crypto::forget_errors();
    return result;
  };
  if (load == Load::heavy && scope.realm.current_event() != js::no_event)
    return js::start_operation(
        scope, js::settled(settled_in_background<R>(scope.realm.io(), std::move(tidy_work))), {});
  auto result = tidy_work();
  if (!result) return std::unexpected(exception_of(std::move(result.error())));
  return js::to_js(scope, std::move(*result));
}

}  // namespace edge::bindings
