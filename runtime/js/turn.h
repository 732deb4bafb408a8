// A visit to JavaScript: an ordinary call with a beginning and an end. No handle lives across co_await.
#pragma once

#include <v8.h>

#include <span>
#include <string>
#include <string_view>

#include "runtime/js/realm.h"

namespace edge::js {

/// Enters the Realm for its lifetime: isolate, handle and context scopes, watchdog armed, `event` current.
/// When the outermost Turn ends, microtasks run, then rejections that nobody handles are reported. A visit
/// that a limit ended has condemned the Realm.
class Turn {
 public:
  explicit Turn(Realm& realm, EventId event = no_event);
  ~Turn();
  Turn(const Turn&) = delete;

  [[nodiscard]] Scope scope() { return {isolate(), context_, realm_}; }
  [[nodiscard]] v8::Isolate* isolate() const { return realm_isolate_; }
  [[nodiscard]] v8::Local<v8::Context> context() const { return context_; }
  /// Calls `entries[name](...arguments)`. Empty after an exception: `failure()` tells it.
  v8::MaybeLocal<v8::Value> call(std::string_view entry, std::span<v8::Local<v8::Value>> arguments);
  /// Message with stack of the exception that ended the last call(); "" where it was a limit.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// True when a limit (CPU, memory) ended this visit.
  [[nodiscard]] bool terminated() const;
  /// Runs the microtasks now instead of at the end; nothing in an inner Turn. For loading scripts.
  void run_microtasks();

 private:
  Realm& realm_;
  v8::Isolate* realm_isolate_;
  v8::Isolate::Scope isolate_scope_;
  v8::HandleScope handles_;
  v8::Local<v8::Context> context_;
  v8::Context::Scope context_scope_;
  v8::Local<v8::Value> outer_event_;
  std::string failure_;
};

}  // namespace edge::js
