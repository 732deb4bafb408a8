// JavaScript's exceptions: made here and nowhere else, and told to people.
#pragma once

#include <string>

#include "runtime/js/scope.h"

namespace edge::js {

/// An Error, TypeError … of the Realm. A DOMException is made by `entries.makeDOMException(message, name)`.
v8::Local<v8::Value> make_exception(Scope& scope, const Exception& exception);
void throw_exception(Scope& scope, const Exception& exception);
/// The same without a Realm, while a snapshot is made.
void throw_error(v8::Isolate* isolate, std::string_view message);

/// What a person needs of an exception: its stack, or its text and "at file:line:column". Frames of built-in
/// scripts are left out where a script's own remain. `message` may be empty.
std::string describe(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                     v8::Local<v8::Message> message);
std::string describe(v8::Isolate* isolate, v8::Local<v8::Context> context, const v8::TryCatch& caught);

/// UTF-8 of a value's string; "" where it has none.
std::string text_of(v8::Isolate* isolate, v8::Local<v8::Value> value);
/// For literals, names and messages: never too long for V8.
v8::Local<v8::String> string_of(v8::Isolate* isolate, std::string_view text);

}  // namespace edge::js
