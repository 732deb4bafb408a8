// Promises of work that C++ does: Tasks of natives, and Deferred for work that is no coroutine.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "runtime/js/convert.h"

namespace edge::js {

/// How a promise ends. The value is made when it is settled, in a Turn; an empty handle means that making it
/// threw.
struct Settlement {
  std::optional<Exception> rejection;
  std::move_only_function<v8::Local<v8::Value>(Scope&)> value;
};

template <class R>
Settlement settlement(Result<R> result) {
  if (!result) return {std::move(result.error()), {}};
  if constexpr (std::is_void_v<R>) {
    return {std::nullopt, [](Scope& scope) -> v8::Local<v8::Value> { return v8::Undefined(scope.isolate); }};
  } else {
    auto make = [value = std::move(*result)](Scope& scope) mutable { return to_js(scope, std::move(value)); };
    return {std::nullopt, std::move(make)};
  }
}

/// Starts `task` under the current event and returns its Promise. The task's first steps run at once; when it
/// ends, even if at once, the promise is settled in a Turn of its own. `pins` live until the task ends.
v8::Local<v8::Value> start_operation(Scope& scope, Task<Settlement> task, Pins pins);

template <class R>
Task<Settlement> settled(Task<Result<R>> task) {
  auto result = co_await std::move(task);
  co_return settlement(std::move(result));
}

struct Operation;

/// A Promise that C++ settles later, in a Turn of its own, from the realm's thread. Dropping it leaves the
/// promise pending for ever, as the end of its event does.
class Deferred {
 public:
  Deferred(Scope& scope, v8::Local<v8::Value>& promise);
  Deferred(Deferred&&) noexcept;
  Deferred& operator=(Deferred&&) noexcept;
  ~Deferred();
  template <class R>
  void settle(Result<R> result) {
    settle(settlement(std::move(result)));
  }
  void settle(Settlement settlement);

 private:
  std::shared_ptr<Operation> operation_;
};

}  // namespace edge::js
