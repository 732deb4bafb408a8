// How native.h turns a C++ function into a V8 callback: read every argument, call, hand the result over.
#pragma once

#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/promise.h"

namespace edge::js {

/// The Scope of a native's call. False, with an exception pending, while a snapshot is made: there is no
/// Realm then.
Realm* realm_of_call(const v8::FunctionCallbackInfo<v8::Value>& info);
void throw_exception(Scope& scope, const Exception& exception);

/// How a parameter is received: a Held by reference or pointer, everything else by its bare type.
template <class P>
struct ParameterOf {
  using Type = Argument<std::remove_cvref_t<P>>;
};
template <class P>
  requires std::is_base_of_v<Held, P>
struct ParameterOf<P&> {
  using Type = Argument<P&>;
};

template <class R>
inline constexpr bool is_task = false;
template <class R>
inline constexpr bool is_task<Task<R>> = true;
template <class R>
inline constexpr bool is_task<Result<Task<R>>> = true;
template <class R>
inline constexpr bool is_result = false;
template <class R>
inline constexpr bool is_result<Result<R>> = true;

using Answer = v8::ReturnValue<v8::Value>;

template <class R>
void answer(Scope& scope, Answer to, R value, Pins& pins) {
  if constexpr (is_result<R>) {
    if (!value) return throw_exception(scope, value.error());
    if constexpr (!std::is_void_v<typename R::value_type>) answer(scope, to, std::move(*value), pins);
  } else if constexpr (is_task<R>) {
    auto promise = [&] {
      if constexpr (std::is_same_v<R, Task<Settlement>>)
        return start_operation(scope, std::move(value), std::move(pins));
      else
        return start_operation(scope, settled(std::move(value)), std::move(pins));
    }();
    if (!promise.IsEmpty()) to.Set(promise);
  } else if constexpr (std::is_same_v<R, bool> || std::is_same_v<R, double> ||
                       std::is_same_v<R, std::int32_t> || std::is_same_v<R, std::uint32_t>) {
    to.Set(value);
  } else {
    auto made = to_js(scope, std::move(value));
    if (!made.IsEmpty()) to.Set(made);
  }
}

template <auto Function, bool with_scope, class R, class... P>
struct Invocation {
  static_assert(!is_task<R> || !(ParameterOf<P>::Type::borrows || ...),
                "a Task outlives the call: it cannot borrow its arguments, take std::string or Bytes");

  static void run(const v8::FunctionCallbackInfo<v8::Value>& info) {
    run(info, std::index_sequence_for<P...>{});
  }

  template <std::size_t... position>
  static void run(const v8::FunctionCallbackInfo<v8::Value>& info, std::index_sequence<position...>) {
    Realm* realm = realm_of_call(info);
    if (!realm) return;
    Scope scope{info.GetIsolate(), info.GetIsolate()->GetCurrentContext(), *realm};
    std::tuple<typename ParameterOf<P>::Type...> arguments;
    if (!(std::get<position>(arguments).read(scope, info[position], Place{info.Data(), position + 1}) && ...))
      return;
    Pins pins;
    if constexpr (is_task<R>) (std::get<position>(arguments).pin(pins), ...);
    auto call = [&]() -> R {
      if constexpr (with_scope) {
        return Function(scope, std::get<position>(arguments).lend()...);
      } else {
        return Function(std::get<position>(arguments).lend()...);
      }
    };
    if constexpr (std::is_void_v<R>) {
      call();
    } else {
      answer(scope, info.GetReturnValue(), call(), pins);
    }
  }
};

template <auto Function, class Signature>
struct InvocationOf;
template <auto Function, class R, class... P>
struct InvocationOf<Function, R (*)(P...)> : Invocation<Function, false, R, P...> {};
template <auto Function, class R, class... P>
struct InvocationOf<Function, R (*)(Scope&, P...)> : Invocation<Function, true, R, P...> {};
template <auto Function, class R, class... P>
struct InvocationOf<Function, R (*)(P...) noexcept> : Invocation<Function, false, R, P...> {};
template <auto Function, class R, class... P>
struct InvocationOf<Function, R (*)(Scope&, P...) noexcept> : Invocation<Function, true, R, P...> {};

template <auto Function>
constexpr Native native(const char* name) {
  return {name, &InvocationOf<Function, decltype(Function)>::run};
}

}  // namespace edge::js
