// The vocabulary of native functions: the visit they are called in, exceptions as values, texts, bytes and
// handles.
#pragma once

#include <v8.h>

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/base/task.h"

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
  /// `name` is a DOMException's: "AbortError", "TimeoutError", …
  [[gnu::cold]] Exception(ExceptionType type, std::string message, std::string name = {});
  [[gnu::cold]] Exception(const Exception& other);
  [[gnu::cold]] Exception(Exception&& other) noexcept;
  [[gnu::cold]] Exception& operator=(const Exception& other);
  [[gnu::cold]] Exception& operator=(Exception&& other) noexcept;
  [[gnu::cold]] ~Exception();

  ExceptionType type;
  std::string message, name;
};

template <class T = void>
using Result = std::expected<T, Exception>;

[[gnu::cold]] std::unexpected<Exception> plain_error(std::string message);
[[gnu::cold]] std::unexpected<Exception> type_error(std::string message);
[[gnu::cold]] std::unexpected<Exception> range_error(std::string message);
[[gnu::cold]] std::unexpected<Exception> dom_exception(std::string name, std::string message);

/// Text of one-byte characters (ASCII header names, dates): handed over without a UTF-8 pass.
struct OneByte {
  std::string text;
};

/// The bytes of an ArrayBuffer or view, to be written in place during the call.
using MutableBytesView = std::span<std::uint8_t>;

/// Base of C++ objects that JavaScript holds as opaque handles; the collector frees them. A native takes `T&`
/// (a TypeError when the argument is no live handle of a T) and returns `std::unique_ptr<T>`, with the very
/// same T.
class Held {
 public:
  virtual ~Held() = default;
};

}  // namespace edge::js
