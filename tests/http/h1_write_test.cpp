// The server's codec over loopback: how responses are framed.
#include <doctest/doctest.h>

#include "tests/http/loopback.h"
#include "tests/http/sources.h"

using namespace edge;
using namespace edge::test;

namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// What a client that sent `request` gets of `response`.
std::string said_of(http::Response response, const std::string& request = get) {
  Loopback loop;
  auto shared = std::make_shared<http::Response>(std::move(response));
  return talk(loop, request,
              [shared](http::Request) -> Task<http::Response> { co_return std::move(*shared); });
}

http::Response streaming(std::vector<std::string> pieces,
                         std::optional<std::uint64_t> length = std::nullopt) {
  http::Response response;
  response.body = http::Body(std::make_unique<Pieces>(std::move(pieces)), length);
  return response;
}

std::string body_of(const std::string& said) { return said.substr(said.find("\r\n\r\n") + 4); }

}  // namespace

TEST_CASE("h1: a body in memory has a length, a date and a reason") {
  const auto said = said_of(text_response("hello", 403));
  CHECK(said.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  CHECK(said.contains("\r\nContent-Length: 5\r\n"));
  CHECK(said.contains("\r\nDate: "));
  CHECK(said.contains(" GMT\r\n"));
  CHECK(said.ends_with("\r\n\r\nhello"));
}

TEST_CASE("h1: the codec's own headers win over the response's") {
  http::Response response = text_response("hello");
  for (const auto& [name, value] : {std::pair("Content-Length", "99"),
                                    {"transfer-encoding", "chunked"},
                                    {"Connection", "keep-alive"},
                                    {"Keep-Alive", "a"},
                                    {"X-Kept", "b"},
                                    {"Date", "today"},
                                    {"upgrade", "c"}})
    response.headers.append(name, value);
  const auto said = said_of(std::move(response));
  CHECK(said ==
        "HTTP/1.1 200 OK\r\nX-Kept: b\r\nDate: today\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
}

TEST_CASE("h1: an own reason is written, an unknown status has an empty one") {
  http::Response response = text_response("", 299);
  CHECK(said_of(std::move(response)).starts_with("HTTP/1.1 299 \r\n"));
  response = text_response("", 200);
  response.reason = "Fine";
  CHECK(said_of(std::move(response)).starts_with("HTTP/1.1 200 Fine\r\n"));
}

TEST_CASE("T70: a response whose head could be broken apart is not written at all") {
  const auto with = [](std::string name, std::string value) {
    http::Response response = text_response("a");
    response.headers.append(name, value);
    return response;
  };
  CHECK(said_of(with("X", "a\r\nY: b")).empty());
  CHECK(said_of(with("X", "a\nY: b")).empty());
  CHECK(said_of(with("X", std::string("a\0b", 3))).empty());
  CHECK(said_of(with("X Y", "a")).empty());
  CHECK(said_of(with("X:", "a")).empty());
  CHECK(said_of(with("", "a")).empty());
  CHECK(said_of(text_response("a", 99)).empty());
  CHECK(said_of(text_response("a", 101)).empty());
  CHECK(said_of(text_response("a", 1000)).empty());
  http::Response response = text_response("a");
  response.reason = "a\r\nX: b";
  CHECK(said_of(std::move(response)).empty());
}

TEST_CASE("h1: a refused response wrote nothing, so that another can take its place") {
  Loopback loop;
  std::string said;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    tls::Stream stream(std::move(client));
    co_await stream.write(get);
    auto served = std::make_unique<tls::Stream>(std::move(server));
    Deadline deadline(loop.wheel, [&] { served->cancel(); });
    {
      http::H1 h1(*served, deadline, loop.limits);
      REQUIRE_FALSE(h1.begin_wait(loop.limits.idle_timeout));
      REQUIRE(co_await served->wait_readable());
      h1.end_wait();
      CHECK((co_await h1.read()).request);
      http::Response response = text_response("a");
      response.headers.append("X", "\n");
      CHECK_FALSE(co_await h1.write(std::move(response), false));
      CHECK(h1.bytes_written() == 0);
      CHECK(co_await h1.write(text_response("b", 500), true));
      CHECK(h1.bytes_written() > 20);
      CHECK(h1.bytes_read() == get.size());
    }
    served.reset();
    said = co_await read_to_end(stream);
  });
  CHECK(said.starts_with("HTTP/1.1 500 "));
}

TEST_CASE("h1: a null body is an empty one, and 204 and 304 say no length") {
  http::Response response;
  CHECK(said_of(std::move(response)).contains("Content-Length: 0\r\n"));
  for (const int status : {204, 304}) {
    const auto said = said_of(text_response("not sent", status));
    CHECK_FALSE(said.contains("Content-Length"));
    CHECK_FALSE(said.contains("Transfer-Encoding"));
    CHECK(body_of(said).empty());
  }
}

TEST_CASE("h1: HEAD gets the head alone, with the length of what it does not get") {
  const std::string head = "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  auto said = said_of(text_response("hello"), head);
  CHECK(said.contains("Content-Length: 5\r\n"));
  CHECK(body_of(said).empty());
  said = said_of(streaming({"a"}), head);
  CHECK_FALSE(said.contains("Content-Length"));
  CHECK(body_of(said).empty());
  http::Response response;
  response.headers.append("Content-Length", "77");
  CHECK(said_of(std::move(response), head).contains("Content-Length: 77\r\n"));
}

TEST_CASE("h1: a stream of unknown length is chunked, on 1.0 the connection's end is its end") {
  CHECK(body_of(said_of(streaming({"a", std::string(17, 'b'), "cd"}))) ==
        "1\r\na\r\n11\r\n" + std::string(17, 'b') + "\r\n2\r\ncd\r\n0\r\n\r\n");
  CHECK(said_of(streaming({"a"})).contains("Transfer-Encoding: chunked\r\n"));
  CHECK(body_of(said_of(streaming({}))) == "0\r\n\r\n");
  const auto old = said_of(streaming({"a", "bc"}), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK_FALSE(old.contains("chunked"));
  CHECK(old.contains("Connection: close\r\n"));
  CHECK(body_of(old) == "abc");
}

TEST_CASE("h1: a stream of known length gives exactly that") {
  CHECK(body_of(said_of(streaming({"abc", "def"}, 6))) == "abcdef");
  CHECK(said_of(streaming({"abc", "def"}, 6)).contains("Content-Length: 6\r\n"));
  CHECK(body_of(said_of(streaming({"abc", "def"}, 4))) == "abcd");
  CHECK(body_of(said_of(streaming({}, 0))).empty());
}

TEST_CASE("h1: a body that ends early or fails ends the connection, and the client can tell") {
  const std::string twice = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /again HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto early = said_of(streaming({"abc"}, 6), twice);
  CHECK(body_of(early) == "abc");
  http::Response response;
  response.body =
      http::Body(std::make_unique<Pieces>(std::vector<std::string>{"abc"}, Error{ErrorKind::script, "threw"}),
                 std::nullopt);
  const auto failed = said_of(std::move(response), twice);
  CHECK(body_of(failed) == "3\r\nabc\r\n");
}

TEST_CASE("h1: large bodies of all kinds arrive whole") {
  constexpr std::uint64_t size = 3'000'001;
  std::string expected;
  for (std::uint64_t at = 0; at < size; ++at) expected += byte_at(at);
  CHECK(body_of(said_of(text_response(expected))) == expected);
  http::Response known;
  known.body = http::Body(std::make_unique<Made>(size), size);
  CHECK(body_of(said_of(std::move(known))) == expected);
  http::Response closing;
  closing.body = http::Body(std::make_unique<Made>(size), std::nullopt);
  CHECK(body_of(said_of(std::move(closing), "GET / HTTP/1.0\r\n\r\n")) == expected);
}
