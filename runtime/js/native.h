// Native functions, declared as data: a table row has a JavaScript name and a plain C++ function, whose
// signature says how arguments and result are converted. The table gives the function templates and the
// snapshot's references.
#pragma once

#include "runtime/js/scope.h"

namespace edge::js {

/// One row of a table of natives.
struct Native {
  const char* name;
  v8::FunctionCallback callback;
};

/// Wraps a C++ function for JavaScript:  `constexpr Native text_natives[] =
/// {native<&utf8_encode>("utf8Encode")};`
///
/// An optional first parameter `Scope&` is not an argument. Arguments are converted in their order, and all
/// are converted before the function runs. Parameters: bool, int32, uint32, double, std::string (UTF-8, lone
/// surrogates replaced), OneByte, Bytes (copied), std::vector<std::string>, std::optional<P> (undefined and
/// null are nothing), `T&` of a Held, `T*` of a Held (null for undefined and null), v8::Local<v8::Value> and
/// its kinds; and, borrowed for the call, so not of a Task: std::string_view, BytesView, MutableBytesView (an
/// ArrayBuffer or view). Results: void, bool, numbers, std::string, std::string_view, OneByte, Bytes (a
/// Uint8Array), std::vector<R> and std::tuple<R…> (an Array), std::optional<R> (nothing is null),
/// std::unique_ptr of a Held, v8::Local<v8::Value>, Result<R> (throws), Task<Result<R>> (a Promise; the
/// coroutine takes its arguments by value and knows no V8) and Result<Task<Result<R>>> (throws before it
/// starts); Task<Settlement> stands for Task<Result<R>>, a coroutine less. Held arguments of a Task live
/// until it ends. A Promise of an event that is dead is never settled.
template <auto Function>
constexpr Native native(const char* name);

}  // namespace edge::js

#include "runtime/js/native_impl.h"
