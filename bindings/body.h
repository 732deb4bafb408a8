// Bodies as JavaScript holds and hands them over.
#pragma once

#include <optional>
#include <utility>

#include "runtime/http/body.h"
#include "runtime/js/native.h"
#include "runtime/js/realm.h"

namespace edge::bindings {

/// A body that came from the network: a request's, or an origin's response.
class BodyHandle : public js::Held {
 public:
  BodyHandle(http::Body body, js::EventId event) : body(std::move(body)), event(event) {}
  /// The whole body, for passing on without a visit to V8 for its chunks; nothing once it was read from or
  /// taken.
  std::optional<http::Body> take();

  http::Body body;
  const js::EventId event;  ///< whose it is: nobody else reads it
  bool is_used = false;     ///< something was read, or it was taken
  bool is_reading = false;  ///< a read waits
};

/// A body on its way out, whatever JavaScript made it of: nothing, a string, bytes, a BodyHandle or a Sink.
struct OutgoingBody {
  http::Body body;
};

}  // namespace edge::bindings

namespace edge::js {

template <>
struct Argument<bindings::OutgoingBody> : OwnedArgument {
  bindings::OutgoingBody value;
  bool read(Scope& scope, v8::Local<v8::Value> from, const Place& place);
  bindings::OutgoingBody lend() { return std::move(value); }
};

}  // namespace edge::js
