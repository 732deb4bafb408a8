// Conversions between JavaScript values and C++ types, for native.h: Argument<P> of a parameter, to_js of a
// result.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "runtime/js/scope.h"

namespace edge::js {

/// Where an argument stands, for the text of a TypeError.
struct Place {
  v8::Local<v8::Value> function;  ///< its name
  int position;                   ///< from 1
};

/// Throws a TypeError "utf8Encode: argument 2 is not …"; always false.
bool refuse(Scope& scope, const Place& place, std::string_view wanted);

/// Each of these may run a script (valueOf, toString, getters); false leaves an exception pending.
bool read_text(Scope& scope, v8::Local<v8::Value> from, std::string& to);
bool read_one_byte(Scope& scope, v8::Local<v8::Value> from, const Place& place, std::string& to);
bool read_texts(Scope& scope, v8::Local<v8::Value> from, const Place& place, std::vector<std::string>& to);
bool is_buffer(v8::Local<v8::Value> value);
/// The bytes as they are now; a view into `storage` when they lie in V8's own heap.
inline constexpr std::size_t heap_view_bytes = 64;
BytesView bytes_of(v8::Local<v8::Value> buffer, std::array<std::uint8_t, heap_view_bytes>& storage);
MutableBytesView mutable_bytes_of(v8::Local<v8::Value> buffer);

/// Identifies a type of Held without RTTI.
template <class T>
inline constexpr char held_kind = 0;
/// The object behind a handle; null when `value` is no handle, or one of another kind.
std::shared_ptr<Held>* held_in(Scope& scope, v8::Local<v8::Value> value, const void* kind);
/// A new handle; null for no object.
v8::Local<v8::Value> hold(Scope& scope, std::shared_ptr<Held> object, const void* kind);

/// One argument on its way. read() may run a script; lend() does not, and happens after all were read, so
/// that a later argument's valueOf cannot take the bytes of an earlier one away.
template <class P>
struct Argument {
  static_assert(sizeof(P) == 0, "native.h does not list this type of parameter");
};

using Pins = std::vector<std::shared_ptr<Held>>;
/// What most arguments are: nothing is borrowed from JavaScript and nothing has to be kept alive.
struct OwnedArgument {
  static constexpr bool borrows = false;
  void pin(Pins&) const {}
};
struct BorrowedArgument {
  static constexpr bool borrows = true;
  void pin(Pins&) const {}
};

template <>
struct Argument<bool> : OwnedArgument {
  bool value = false;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place&) {
    value = from->BooleanValue(scope.isolate);
    return true;
  }
  bool lend() { return value; }
};

template <>
struct Argument<std::int32_t> : OwnedArgument {
  std::int32_t value = 0;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place&) {
    return from->Int32Value(scope.context).To(&value);
  }
  std::int32_t lend() { return value; }
};

template <>
struct Argument<std::uint32_t> : OwnedArgument {
  std::uint32_t value = 0;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place&) {
    return from->Uint32Value(scope.context).To(&value);
  }
  std::uint32_t lend() { return value; }
};

template <>
struct Argument<double> : OwnedArgument {
  double value = 0;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place&) {
    return from->NumberValue(scope.context).To(&value);
  }
  double lend() { return value; }
};

template <>
struct Argument<std::string> : OwnedArgument {
  std::string value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place&) { return read_text(scope, from, value); }
  std::string lend() { return std::move(value); }
};

template <>
struct Argument<std::string_view> : BorrowedArgument {
  std::string value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place&) { return read_text(scope, from, value); }
  std::string_view lend() { return value; }
};

template <>
struct Argument<OneByte> : OwnedArgument {
  OneByte value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    return read_one_byte(scope, from, place, value.text);
  }
  OneByte lend() { return std::move(value); }
};

template <>
struct Argument<std::vector<std::string>> : OwnedArgument {
  std::vector<std::string> value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    return read_texts(scope, from, place, value);
  }
  std::vector<std::string> lend() { return std::move(value); }
};

struct BufferArgument {
  v8::Local<v8::Value> buffer;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    buffer = from;
    return is_buffer(from) || refuse(scope, place, "an ArrayBuffer or a view of one");
  }
};
template <>
struct Argument<BytesView> : BorrowedArgument, BufferArgument {
  std::array<std::uint8_t, heap_view_bytes> storage;
  BytesView lend() { return bytes_of(buffer, storage); }
};
template <>
struct Argument<MutableBytesView> : BorrowedArgument, BufferArgument {
  MutableBytesView lend() { return mutable_bytes_of(buffer); }
};
template <>
struct Argument<Bytes> : OwnedArgument, BufferArgument {
  Bytes lend() {
    std::array<std::uint8_t, heap_view_bytes> storage;
    auto view = bytes_of(buffer, storage);
    return {view.begin(), view.end()};
  }
};

template <class P>
struct Argument<std::optional<P>> {
  static constexpr bool borrows = Argument<P>::borrows;
  std::optional<Argument<P>> inner;
  void pin(Pins& pins) const {
    if (inner) inner->pin(pins);
  }
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    return from->IsNullOrUndefined() || inner.emplace().read(scope, from, place);
  }
  std::optional<P> lend() { return inner ? std::optional<P>(inner->lend()) : std::nullopt; }
};

template <class T>
struct HeldArgument {
  static constexpr bool borrows = false;
  std::shared_ptr<Held>* object = nullptr;
  void pin(Pins& pins) const {
    if (object) pins.push_back(*object);
  }
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    object = held_in(scope, from, &held_kind<T>);
    return object || refuse(scope, place, "a handle of the right kind");
  }
};
template <class T>
  requires std::is_base_of_v<Held, T>
struct Argument<T&> : HeldArgument<T> {
  T& lend() { return static_cast<T&>(**this->object); }
};
template <class T>
  requires std::is_base_of_v<Held, T>
struct Argument<T*> : HeldArgument<T> {
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    return from->IsNullOrUndefined() || HeldArgument<T>::read(scope, from, place);
  }
  T* lend() { return this->object ? static_cast<T*>(this->object->get()) : nullptr; }
};

bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Value>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Object>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Array>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Function>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::String>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Promise>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::ArrayBuffer>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::ArrayBufferView>);
bool is_kind(v8::Local<v8::Value> value, std::type_identity<v8::Uint8Array>);
template <class T>
struct Argument<v8::Local<T>> : BorrowedArgument {
  v8::Local<T> value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
    if (!is_kind(from, std::type_identity<T>{})) return refuse(scope, place, "a value of the right kind");
    value = from.template As<T>();
    return true;
  }
  v8::Local<T> lend() { return value; }
};

// --- results: an empty handle means that an exception is pending
// ---------------------------------------------------

v8::Local<v8::Value> to_js(Scope& scope, std::string_view text);
v8::Local<v8::Value> to_js(Scope& scope, const OneByte& text);
v8::Local<v8::Value> to_js(Scope& scope, Bytes bytes);
inline v8::Local<v8::Value> to_js(Scope& scope, const std::string& text) {
  return to_js(scope, std::string_view(text));
}
inline v8::Local<v8::Value> to_js(Scope& scope, const char* text) {
  return to_js(scope, std::string_view(text));
}
template <class T>
v8::Local<v8::Value> to_js(Scope&, v8::Local<T> value) {
  return value;
}

template <class Number>
  requires std::is_arithmetic_v<Number>
v8::Local<v8::Value> to_js(Scope& scope, Number value) {
  if constexpr (std::is_same_v<Number, bool>) {
    return v8::Boolean::New(scope.isolate, value);
  } else if constexpr (std::is_integral_v<Number> && sizeof(Number) <= 4) {
    if constexpr (std::is_signed_v<Number>) return v8::Integer::New(scope.isolate, value);
    return v8::Integer::NewFromUnsigned(scope.isolate, static_cast<std::uint32_t>(value));
  } else {
    return v8::Number::New(scope.isolate, static_cast<double>(value));
  }
}

template <class T>
  requires std::is_base_of_v<Held, T>
v8::Local<v8::Value> to_js(Scope& scope, std::unique_ptr<T> object) {
  return hold(scope, std::shared_ptr<Held>(std::move(object)), &held_kind<T>);
}

template <class T>
v8::Local<v8::Value> to_js(Scope& scope, std::optional<T> value) {
  if (!value) return v8::Null(scope.isolate);
  return to_js(scope, std::move(*value));
}

template <class T>
v8::Local<v8::Value> to_js(Scope& scope, std::vector<T> values) {
  v8::LocalVector<v8::Value> elements(scope.isolate);
  elements.reserve(values.size());
  for (auto& value : values) {
    elements.push_back(to_js(scope, std::move(value)));
    if (elements.back().IsEmpty()) return {};
  }
  return v8::Array::New(scope.isolate, elements.data(), elements.size());
}

template <class... T>
v8::Local<v8::Value> to_js(Scope& scope, std::tuple<T...> values) {
  std::array<v8::Local<v8::Value>, sizeof...(T)> elements;
  auto append = [&, next = elements.begin()](auto& value) mutable {
    *next = to_js(scope, std::move(value));
    return !(next++)->IsEmpty();
  };
  if (!std::apply([&](auto&... value) { return (append(value) && ...); }, values)) return {};
  return v8::Array::New(scope.isolate, elements.data(), elements.size());
}

}  // namespace edge::js
