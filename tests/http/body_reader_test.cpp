// Content by length, by chunks and up to the end, from what is buffered and from the stream.
#include "runtime/http/body_reader.h"

#include <doctest/doctest.h>

#include "tests/http/loopback.h"

using namespace edge;
using namespace edge::test;
using http::BodyFraming;
using http::BodyReader;
using Kind = BodyFraming::Kind;

namespace {

/// What is read of `bytes`, then of the end; "!" and the kind of the error where there is one.
std::string read_of(BodyFraming framing, std::string bytes, std::size_t room = 1000) {
  Loopback loop;
  std::string all;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    tls::Stream stream(std::move(server));
    {
      tls::Stream from(std::move(client));
      co_await from.write(bytes);
    }
    Deadline deadline(loop.wheel, [&] { stream.cancel(); });
    http::IoDeadline timing(deadline);
    http::ReadBuffer buffer;
    BodyReader reader(framing);
    std::string into(room, '\0');
    for (;;) {
      const auto count = co_await reader.read(
          {.stream = stream, .buffer = buffer, .deadline = timing, .timeout = std::chrono::seconds(5)}, into);
      if (!count) {
        all += count.error().kind == ErrorKind::closed ? "!closed" : "!";
        CHECK(reader.failed());
        co_return;
      }
      if (*count == 0) break;
      all.append(into, 0, *count);
    }
    CHECK(reader.done());
    CHECK(reader.bytes_read() == all.size());
  });
  return all;
}

}  // namespace

TEST_CASE("body reader: each framing has its end") {
  for (const std::size_t room : {1UZ, 2UZ, 1000UZ}) {
    CHECK(read_of({}, "abc", room).empty());
    CHECK(read_of({.kind = Kind::length, .length = 3}, "abcdef", room) == "abc");
    CHECK(read_of({.kind = Kind::until_close}, "abc", room) == "abc");
    CHECK(read_of({.kind = Kind::chunked}, "2\r\nab\r\n1\r\nc\r\n0\r\n\r\nrest", room) == "abc");
  }
}

TEST_CASE("body reader: an early end and a broken chunk are errors") {
  CHECK(read_of({.kind = Kind::length, .length = 4}, "abc") == "abc!closed");
  CHECK(read_of({.kind = Kind::chunked}, "2\r\nab\r\n") == "ab!closed");
  CHECK(read_of({.kind = Kind::chunked}, "2\r\nab\r\nx\r\n") == "!");
}

TEST_CASE("body reader: is ready only when a read would not wait") {
  http::ReadBuffer buffer;
  CHECK(BodyReader().is_ready(buffer));
  CHECK_FALSE(BodyReader({.kind = Kind::length, .length = 1}).is_ready(buffer));
  CHECK_FALSE(BodyReader({.kind = Kind::chunked}).is_ready(buffer));
  CHECK(BodyReader({.kind = Kind::length, .length = 7}).bytes_left() == 7);
  CHECK(BodyReader({.kind = Kind::chunked}).bytes_left() == std::nullopt);
  CHECK(BodyReader().bytes_left() == 0);
}
