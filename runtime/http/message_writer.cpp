// Serialising heads, and sending bodies piece by piece at the pace of whoever takes them.
#include "runtime/http/message_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <utility>

namespace edge::http {

using Kind = BodyFraming::Kind;

bool is_framing_header(std::string_view name) {
  const auto is = [&](std::string_view other) { return equal_ignoring_case(name, other); };
  switch (name.size()) {
    case 2:
      return is("te");
    case 7:
      return is("trailer") || is("upgrade");
    case 10:
      return is("connection") || is("keep-alive");
    case 14:
      return is("content-length");
    case 16:
      return is("proxy-connection");
    case 17:
      return is("transfer-encoding");
    default:
      return false;
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool append_headers(std::string& out, const HeaderList& headers, std::string_view without) {
  if (!headers.is_valid()) return false;
  constexpr std::string_view colon = ": ", line_end = "\r\n";
  std::size_t room = out.size();
  for (std::size_t i = 0; i < headers.size(); ++i)
    room += headers[i].name.size() + colon.size() + headers[i].value.size() + line_end.size();
  const std::size_t begin = out.size();
  out.resize_and_overwrite(room, [&](char* text, std::size_t) {
    char* at = text + begin;
    const auto put = [&at](std::string_view piece) { at += piece.copy(at, piece.size()); };
    for (std::size_t i = 0; i < headers.size(); ++i) {
      const auto [name, value] = headers[i];
      if (is_framing_header(name) || (!without.empty() && equal_ignoring_case(name, without))) continue;
      put(name), put(colon), put(value), put(line_end);
    }
    return at - text;
  });
  return true;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

std::string_view date_line() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 40> line;
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    // The C locale is never changed, so the names are English as RFC 9110 section 5.6.7 wants them.
    size = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    made = now;
  }
  return {line.data(), size};
}

namespace {

/// A chunk's size needs four digits at most.
constexpr std::size_t chunk_bytes_max = 0xffff;
constexpr std::size_t chunk_head_bytes = 6;  // four digits, CRLF

void extend(std::string& out, std::size_t count) {
  out.resize_and_overwrite(out.size() + count, [](char*, std::size_t size) { return size; });
}

/// Puts the size before the `count` bytes that lie `chunk_head_bytes` behind `at`, and cuts `out` after them.
void frame_chunk(std::string& out, std::size_t at, std::size_t count) {
  std::array<char, 4> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count, 16).ptr;
  std::string head(digits.data(), end);
  head += "\r\n";
  std::copy_n(out.data() + at + chunk_head_bytes, count, out.data() + at + head.size());
  std::ranges::copy(head, out.begin() + static_cast<std::ptrdiff_t>(at));
  out.resize(at + head.size() + count);
  out += "\r\n";
}

Task<Result<>> send(Outgoing to, std::string_view bytes) {
  to.deadline.write_begins(to.timeout);
  auto sent = co_await to.stream.write(bytes);
  to.deadline.write_ended();
  co_return sent;
}

Task<Written> write_bytes(Outgoing to, std::string out, Body body) {
  Written written;
  std::string_view rest = body.bytes();
  const std::size_t beside = std::min(rest.size(), piece_bytes);
  out.append(rest.substr(0, beside));
  rest.remove_prefix(beside);
  for (std::string_view piece = out; !piece.empty();) {
    const std::size_t size = piece.size();
    auto sent = to.stream.write_now(piece);
    if (sent && !*sent) sent = (co_await send(to, piece)).transform([] { return true; });
    if (!sent) {
      written.failure = std::move(sent.error());
      break;
    }
    written.bytes += size;
    piece = rest.substr(0, piece_bytes);
    rest.remove_prefix(piece.size());
  }
  co_return written;
}

/// Gathers pieces of a streaming body behind what is in `out`.
class Gatherer {
 public:
  Gatherer(Body body, BodyFraming framing)
      : body_(std::move(body)), framing_(framing), left_(framing.length) {}
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool is_ready() const { return body_.is_ready(); }
  /// Waits for one read of the body; 0 and ended() at its end. Short bodies are ErrorKind::closed.
  Task<Result<std::size_t>> add_to(std::string& out) {
    const std::size_t at = out.size();
    const std::size_t before = framing_.kind == Kind::chunked ? chunk_head_bytes : 0;
    std::size_t room = std::min(piece_bytes - std::min(at + before, piece_bytes - 1), chunk_bytes_max);
    if (framing_.kind == Kind::length) room = std::min<std::uint64_t>(room, left_);
    // What is unknown may well be little: the first piece is small.
    else if (std::exchange(first_, false))
      room = std::min<std::size_t>(room, 16 * 1024);
    extend(out, before + room);
    auto count = co_await body_.read({out.data() + at + before, room});
    if (!count || *count == 0) out.resize(at);
    if (!count) co_return count;
    if (*count == 0) {
      if (framing_.kind == Kind::length)
        co_return fail(ErrorKind::closed, "the body ended " + std::to_string(left_) + " bytes early");
      if (framing_.kind == Kind::chunked) out += "0\r\n\r\n";
      ended_ = true;
    } else if (framing_.kind == Kind::chunked) {
      frame_chunk(out, at, *count);
    } else {
      out.resize(at + *count);
      left_ -= framing_.kind == Kind::length ? *count : 0;
      ended_ = framing_.kind == Kind::length && left_ == 0;
    }
    co_return count;
  }

 private:
  Body body_;
  BodyFraming framing_;
  std::uint64_t left_;
  bool first_ = true, ended_ = false;
};

Task<Written> write_stream(Outgoing to, std::string out, Body body, BodyFraming framing) {
  Written written;
  Gatherer gatherer(std::move(body), framing);
  // The head does not wait for a body that is not there yet.
  bool gather = gatherer.is_ready();
  while (!written.failure) {
    while (gather && !gatherer.ended() && out.size() < piece_bytes - chunk_head_bytes) {
      auto count = co_await gatherer.add_to(out);
      if (!count) {
        written.failure = std::move(count.error());
        written.body_failed = true;
        break;
      }
      gather = gatherer.is_ready();
    }
    // What came before the body failed is sent, so that the other side sees as much as there was.
    if (!out.empty()) {
      if (auto sent = co_await send(to, out); !sent) {
        if (!written.failure) written.failure = std::move(sent.error());
        break;
      }
    }
    written.bytes += out.size();
    out.clear();
    if (gatherer.ended()) break;
    gather = true;
  }
  co_return written;
}

}  // namespace

Task<Written> write_message(Outgoing to, std::string out, Body body, BodyFraming framing) {
  return body.is_streaming() && framing.kind != Kind::none
             ? write_stream(to, std::move(out), std::move(body), framing)
             : write_bytes(to, std::move(out), std::move(body));
}

}  // namespace edge::http
