// Native functions, declared as data: a table row has a JavaScript name and a plain C++ function, whose signature says
// how arguments and result are converted. The table gives the function templates and the snapshot's references.
#pragma once

#include <v8.h>

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"

namespace edge::js {

class Realm;

/// What a native function knows of the visit it is called in. Lives for that call.
struct Scope {
  v8::Isolate* isolate;
  v8::Local<v8::Context> context;
  Realm& realm;
};

/// A JavaScript exception to be thrown, or a Promise's rejection: made by natives, turned into objects in
/// js/exception.cpp alone.
enum class ExceptionType : std::uint8_t { error, type_error, range_error, syntax_error, dom_exception };
struct Exception {
  ExceptionType type = ExceptionType::error;
  std::string message;
  std::string name;  ///< of a DOMException: "AbortError", "TimeoutError", …
};

template <class T = void>
using Result = std::expected<T, Exception>;

inline std::unexpected<Exception> type_error(std::string message) { return std::unexpected<Exception>({ExceptionType::type_error, std::move(message), {}}); }
inline std::unexpected<Exception> range_error(std::string message) { return std::unexpected<Exception>({ExceptionType::range_error, std::move(message), {}}); }
inline std::unexpected<Exception> plain_error(std::string message) { return std::unexpected<Exception>({ExceptionType::error, std::move(message), {}}); }
inline std::unexpected<Exception> dom_exception(std::string name, std::string message) { return std::unexpected<Exception>({ExceptionType::dom_exception, std::move(message), std::move(name)}); }

/// Text of one-byte characters (ASCII header names, dates): handed over without a UTF-8 pass.
struct OneByte {
  std::string text;
};

/// Base of C++ objects that JavaScript holds as opaque handles; the collector frees them. A native takes `T&` (a
/// TypeError when the argument is no live handle of a T) and returns `std::unique_ptr<T>`.
class Held {
 public:
  virtual ~Held() = default;
};

/// One row of a table of natives.
struct Native {
  const char* name;
  v8::FunctionCallback callback;
};

/// Wraps a C++ function for JavaScript:  `constexpr Native text_natives[] = {native<&utf8_encode>("utf8Encode")};`
///
/// An optional first parameter `Scope&` is not an argument. Arguments are converted in their order, and all are checked
/// before the function runs. Parameters: bool, int32, uint32, double, std::string (UTF-8, lone surrogates replaced),
/// OneByte, BytesView (an ArrayBuffer or view, borrowed for the call), Bytes (copied), std::vector<std::string>,
/// std::optional<P> (undefined and null are nothing), `T&` of a Held, v8::Local<v8::Value> and its kinds.
/// Results: void, bool, numbers, std::string, std::string_view, OneByte, Bytes (a Uint8Array), std::vector<std::string>,
/// std::optional<R> (nothing is null), std::unique_ptr of a Held, v8::Local<v8::Value>, Result<R> (throws), and
/// Task<Result<R>> (a Promise; the coroutine takes its arguments by value and knows no V8). A Promise of a request that is dead is never settled.
template <auto Function>
constexpr Native native(const char* name);

}  // namespace edge::js

#include "runtime/js/native_impl.h"
