// Reads bodies for JavaScript: piece by piece, or whole up to a limit.
#include "bindings/body.h"

#include "bindings/host.h"
#include "bindings/natives.h"
#include "bindings/sink.h"

namespace edge::bindings {

std::optional<http::Body> BodyHandle::take() {
  if (std::exchange(is_used, true)) return std::nullopt;
  return std::move(body);
}

namespace {

/// Marks a read that waits: two at once would tear the body apart.
struct Reading {
  bool& flag;
  explicit Reading(bool& flag) : flag(flag) { flag = true; }
  ~Reading() { flag = false; }
};

js::Exception lost(const Error& error) {
  return {js::ExceptionType::type_error, "the body could not be read: " + error.message, {}};
}
js::Exception busy() { return {js::ExceptionType::type_error, "This body is being read already.", {}}; }

constexpr std::size_t chunk_bytes = 64 * 1024;

Task<js::Result<std::optional<Bytes>>> read_piece(BodyHandle& handle) {
  if (handle.is_reading) co_return std::unexpected(busy());
  Reading reading(handle.is_reading);
  handle.is_used = true;
  Bytes chunk(chunk_bytes);
  auto size = co_await handle.body.read({reinterpret_cast<char*>(chunk.data()), chunk.size()});
  if (!size) co_return std::unexpected(lost(size.error()));
  if (*size == 0) co_return std::nullopt;
  chunk.resize(*size);
  co_return std::optional(std::move(chunk));
}

Task<js::Result<Bytes>> collect_up_to(BodyHandle& handle, std::size_t bytes_max) {
  if (handle.is_reading) co_return std::unexpected(busy());
  Reading reading(handle.is_reading);
  handle.is_used = true;
  auto text = co_await handle.body.collect(bytes_max);
  if (!text) co_return std::unexpected(lost(text.error()));
  const BytesView bytes = as_bytes(*text);
  co_return Bytes(bytes.begin(), bytes.end());
}

js::Result<Task<js::Result<std::optional<Bytes>>>> read(js::Scope& scope, BodyHandle& handle) {
  if (auto problem = problem_of_owner(scope, handle.event, "Body"))
    return std::unexpected(std::move(*problem));
  return read_piece(handle);
}

js::Result<Task<js::Result<Bytes>>> collect(js::Scope& scope, BodyHandle& handle) {
  if (auto problem = problem_of_owner(scope, handle.event, "Body"))
    return std::unexpected(std::move(*problem));
  return collect_up_to(handle, Host::of(scope).world.limits.buffered_body_bytes);
}

/// A read that waits keeps the body until it ends.
void cancel(BodyHandle& handle) {
  handle.is_used = true;
  if (!handle.is_reading) handle.body = {};
}

std::optional<double> length(BodyHandle& handle) {
  auto known = handle.body.length();
  return known ? std::optional(static_cast<double>(*known)) : std::nullopt;
}

constexpr js::Native table[] = {
    js::native<&read>("bodyRead"),
    js::native<&collect>("bodyCollect"),
    js::native<&cancel>("bodyCancel"),
    js::native<&length>("bodyLength"),
};

}  // namespace

constinit const std::span<const js::Native> body_natives = table;

}  // namespace edge::bindings

namespace edge::js {

bool Argument<bindings::OutgoingBody>::read(Scope& scope, v8::Local<v8::Value> from, const Place& place) {
  if (from->IsNullOrUndefined()) return true;
  if (from->IsString()) {
    std::string text;
    if (!read_text(scope, from, text)) return false;
    value.body = http::Body(std::move(text));
    return true;
  }
  if (is_buffer(from)) {
    std::array<std::uint8_t, heap_view_bytes> storage;
    value.body = http::Body(std::string(as_text(bytes_of(from, storage))));
    return true;
  }
  if (auto* held = held_in(scope, from, &held_kind<bindings::BodyHandle>)) {
    auto& handle = static_cast<bindings::BodyHandle&>(**held);
    if (auto problem = bindings::problem_of_owner(scope, handle.event, "Body")) {
      throw_exception(scope, *problem);
      return false;
    }
    auto body = handle.take();
    if (!body) return refuse(scope, place, "a body that was not used before");
    value.body = std::move(*body);
    return true;
  }
  if (auto* held = held_in(scope, from, &held_kind<bindings::Sink>)) {
    auto& sink = static_cast<bindings::Sink&>(**held);
    auto source = sink.take_source();
    if (!source) return refuse(scope, place, "a sink that was not used before");
    value.body = http::Body(std::move(source), sink.length);
    return true;
  }
  return refuse(scope, place, "null, a string, bytes, a body or a sink");
}

}  // namespace edge::js
