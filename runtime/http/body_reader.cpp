// Content by length, by chunks, or up to the end of the connection.
#include "runtime/http/body_reader.h"

#include <algorithm>

namespace edge::http {

using Kind = BodyFraming::Kind;

namespace {

/// A chunk's header, extensions included, or a trailer line must fit.
constexpr std::size_t chunk_buffer_bytes = 16 * 1024;

}  // namespace

BodyReader::BodyReader(BodyFraming framing, std::optional<std::uint64_t> bytes_max)
    : kind_(framing.kind), left_(framing.length), done_(framing.kind == Kind::none) {
  if (kind_ == Kind::chunked) decoder_.emplace(bytes_max);
}

bool BodyReader::is_ready(const ReadBuffer& buffer) const {
  if (done_ || failed_) return true;
  if (kind_ == Kind::chunked) return !starved_ && decoder_->is_ready(buffer.unread());
  return !buffer.empty();
}

std::optional<std::uint64_t> BodyReader::bytes_left() const {
  if (done_) return 0;
  return kind_ == Kind::length ? std::optional(left_) : std::nullopt;
}

Result<std::size_t> BodyReader::take(ReadBuffer& buffer, std::span<char> into) {
  if (failed_) return fail(ErrorKind::closed, "the body broke off");
  std::size_t taken = 0;
  while (!done_ && taken < into.size() && !buffer.empty()) {
    std::string_view data = buffer.unread();
    std::size_t consumed = 0;
    if (kind_ == Kind::chunked) {
      auto step = decoder_->decode(data, into.size() - taken);
      if (!step) {
        failed_ = true;
        return std::unexpected(std::move(step.error()));
      }
      data = step->data;
      consumed = step->consumed;
      done_ = decoder_->done();
    } else {
      data = data.substr(0, into.size() - taken);
      if (kind_ == Kind::length) {
        data = data.substr(0, left_);
        left_ -= data.size();
        done_ = left_ == 0;
      }
      consumed = data.size();
    }
    std::ranges::copy(data, into.begin() + static_cast<std::ptrdiff_t>(taken));
    taken += data.size();
    buffer.consume(consumed);
    if (data.empty() && !done_) {
      starved_ = true;
      break;
    }
  }
  bytes_read_ += taken;
  return taken;
}

/// How long a read may wait; nothing or less: no longer. Only waiting counts: a reader that takes its time is
/// not the sender's fault.
std::chrono::nanoseconds BodyReader::patience(const Wire& wire) const {
  if (wire.rate == 0) return wire.timeout;
  const auto earned =
      std::chrono::duration<double>(static_cast<double>(received_) / static_cast<double>(wire.rate));
  const auto left = wire.timeout + std::chrono::duration_cast<std::chrono::nanoseconds>(earned) - waited_;
  return std::min<std::chrono::nanoseconds>(left, wire.timeout);
}

Task<Result<std::size_t>> BodyReader::receive(Wire wire, std::span<char> into) {
  const auto begin = std::chrono::steady_clock::now();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience(wire));
  // Not left to the deadline: its ticks are longer than the pause between two bytes may be.
  if (left.count() <= 0) co_return fail(ErrorKind::timeout, "the body comes too slowly");
  wire.deadline.read_begins(left);
  Result<std::size_t> count = 0;
  if (kind_ == Kind::chunked) {
    count = co_await wire.buffer.fill(wire.stream, chunk_buffer_bytes);
  } else {
    // Straight to where it belongs.
    if (kind_ == Kind::length && left_ < into.size()) into = into.first(left_);
    count = co_await wire.stream.read_some(into);
  }
  wire.deadline.read_ended();
  waited_ += std::chrono::steady_clock::now() - begin;
  received_ += count.value_or(0);
  co_return count;
}

Task<Result<std::size_t>> BodyReader::read(Wire wire, std::span<char> into) {
  for (;;) {
    auto taken = take(wire.buffer, into);
    if (!taken || *taken != 0 || done_ || into.empty()) co_return taken;
    auto count = co_await receive(wire, into);
    starved_ = false;
    if (!count) {
      failed_ = true;
      // A full buffer without a chunk's end: the sender's fault, not a body that is too large.
      if (count.error().kind == ErrorKind::limit)
        co_return fail(ErrorKind::protocol, "an endless chunk header");
      co_return count;
    }
    if (*count == 0) {
      if (kind_ == Kind::until_close) {
        done_ = true;
        co_return 0;
      }
      failed_ = true;
      co_return fail(ErrorKind::closed, "the connection ended inside the body");
    }
    if (kind_ == Kind::chunked) continue;
    bytes_read_ += *count;
    if (kind_ == Kind::length) {
      left_ -= *count;
      done_ = left_ == 0;
    }
    co_return count;
  }
}

}  // namespace edge::http
