// JavaScript's exceptions: made here and nowhere else, and told to people.
#include "runtime/js/exception.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "runtime/js/realm_state.h"
#include "runtime/js/stack.h"

namespace edge::js {

Exception::Exception(ExceptionType type, std::string message, std::string name)
    : type(type), message(std::move(message)), name(std::move(name)) {}
Exception::Exception(const Exception&) = default;
Exception::Exception(Exception&&) noexcept = default;
Exception& Exception::operator=(const Exception&) = default;
Exception& Exception::operator=(Exception&&) noexcept = default;
Exception::~Exception() = default;

std::unexpected<Exception> plain_error(std::string message) {
  return std::unexpected<Exception>(std::in_place, ExceptionType::error, std::move(message));
}
std::unexpected<Exception> type_error(std::string message) {
  return std::unexpected<Exception>(std::in_place, ExceptionType::type_error, std::move(message));
}
std::unexpected<Exception> range_error(std::string message) {
  return std::unexpected<Exception>(std::in_place, ExceptionType::range_error, std::move(message));
}
std::unexpected<Exception> dom_exception(std::string name, std::string message) {
  return std::unexpected<Exception>(std::in_place, ExceptionType::dom_exception, std::move(message),
                                    std::move(name));
}

std::string text_of(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::TryCatch quiet(isolate);
  v8::String::Utf8Value text(isolate, value);
  return *text ? std::string(*text, text.length()) : std::string();
}

v8::Local<v8::String> string_of(v8::Isolate* isolate, std::string_view text) {
  constexpr std::size_t length_max = 1024 * 1024;
  const auto length = static_cast<int>(std::min(text.size(), length_max));
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal, length).ToLocalChecked();
}

v8::Local<v8::Value> make_exception(Scope& scope, const Exception& exception) {
  auto message = string_of(scope.isolate, exception.message);
  switch (exception.type) {
    case ExceptionType::error:
      break;
    case ExceptionType::type_error:
      return v8::Exception::TypeError(message);
    case ExceptionType::range_error:
      return v8::Exception::RangeError(message);
    case ExceptionType::syntax_error:
      return v8::Exception::SyntaxError(message);
    case ExceptionType::dom_exception: {
      auto make = scope.realm.state().entry(scope.context, "makeDOMException");
      std::array<v8::Local<v8::Value>, 2> arguments{message, string_of(scope.isolate, exception.name)};
      v8::Local<v8::Value> made;
      v8::TryCatch quiet(scope.isolate);
      if (!make.IsEmpty() &&
          make->Call(scope.context, v8::Undefined(scope.isolate), 2, arguments.data()).ToLocal(&made)) {
        return made;
      }
    }
  }
  return v8::Exception::Error(message);
}

void throw_exception(Scope& scope, const Exception& exception) {
  scope.isolate->ThrowException(make_exception(scope, exception));
}

void throw_error(v8::Isolate* isolate, std::string_view message) {
  isolate->ThrowException(v8::Exception::Error(string_of(isolate, message)));
}

namespace {

constexpr std::string_view frame_start = "\n    at ";

/// " at file:line:column", as a frame of a stack has it.
std::string location_of(v8::Isolate* isolate, v8::Local<v8::Context> context,
                        v8::Local<v8::Message> message) {
  const int line = message->GetLineNumber(context).FromMaybe(0);
  const auto file = text_of(isolate, message->GetScriptResourceName());
  if (line == 0 || file.empty() || file == "undefined") return {};
  const int column = message->GetStartColumn(context).FromMaybe(0) + 1;
  return std::string(frame_start) + file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string stack_of(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Local<v8::Value> exception) {
  v8::TryCatch quiet(isolate);
  v8::Local<v8::Value> stack;
  if (!exception->IsNativeError()) return {};
  if (!exception.As<v8::Object>()->Get(context, string_of(isolate, "stack")).ToLocal(&stack)) return {};
  return stack->IsString() ? text_of(isolate, stack) : std::string();
}

/// As its author knows the places of a stack, where source maps say so.
std::string mapped(v8::Isolate* isolate, const std::string& stack) {
  Realm* realm = realm_of(isolate);
  return realm == nullptr ? stack : original_stack(*realm, stack);
}

bool is_ours(std::string_view frame) {
  return frame.contains("edge-run:") || frame.contains("cloudflare:") || frame.contains("node:");
}

/// Leaves out frames of built-in scripts ("edge-run:bootstrap", "node:events") where others remain.
std::string own_frames(const std::string& stack) {
  const auto head_end = stack.find(frame_start);
  if (head_end == std::string::npos) return stack;
  std::string kept = stack.substr(0, head_end);
  const auto head_size = kept.size();
  for (auto at = head_end; at != std::string::npos;) {
    const auto next = stack.find(frame_start, at + 1);
    const auto frame = stack.substr(at, next == std::string::npos ? next : next - at);
    if (!is_ours(frame)) kept += frame;
    at = next;
  }
  return kept.size() == head_size ? stack : kept;
}

}  // namespace

std::string describe(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                     v8::Local<v8::Message> message) {
  auto stack = stack_of(isolate, context, exception);
  if (stack.contains(frame_start)) return mapped(isolate, own_frames(stack));
  auto text = stack.empty() ? text_of(isolate, exception) : stack;
  if (text.empty()) text = "a value that has no text was thrown";
  if (!message.IsEmpty()) text += location_of(isolate, context, message);
  return mapped(isolate, text);
}

std::string describe(v8::Isolate* isolate, v8::Local<v8::Context> context, const v8::TryCatch& caught) {
  if (!caught.HasCaught()) return "a call failed without an exception";
  return describe(isolate, context, caught.Exception(), caught.Message());
}

}  // namespace edge::js
