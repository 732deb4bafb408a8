// A visit to JavaScript: an ordinary call with a beginning and an end. No handle lives across co_await.
#pragma once

#include <v8.h>

#include <optional>
#include <string>

#include "runtime/js/realm.h"

namespace edge::js {

/// Enters the Realm for its lifetime: isolate, handle and context scopes, watchdog armed, `event` current. When the
/// outermost Turn ends, microtasks run, then rejections that nobody handles are reported.
/// A visit that a limit ended has condemned the Realm.
class Turn {
 public:
  explicit Turn(Realm& realm, EventId event = no_event);
  ~Turn();
  Turn(const Turn&) = delete;

  [[nodiscard]] Scope scope();
  [[nodiscard]] v8::Isolate* isolate() const;
  [[nodiscard]] v8::Local<v8::Context> context() const;
  /// Calls `entries[name](...arguments)`. Empty after an exception: `failure()` tells it.
  v8::MaybeLocal<v8::Value> call(std::string_view entry, std::span<v8::Local<v8::Value>> arguments);
  /// Message with stack of the exception that ended the last call(); "" where it was a limit.
  [[nodiscard]] const std::string& failure() const;
  /// True when a limit (CPU, memory) ended this visit.
  [[nodiscard]] bool terminated() const;

 private:
  struct State;
  alignas(8) unsigned char space_[160];
};

}  // namespace edge::js
