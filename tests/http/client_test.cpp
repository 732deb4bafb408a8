// The client's codec against the server's, and against origins that misbehave.
#include "runtime/http/client.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/http/origin.h"
#include "tests/http/sources.h"

using namespace edge;
using namespace edge::test;
using namespace std::chrono_literals;

namespace {

/// What became of one raw answer: the body, or the kind of the error.
struct Outcome {
  int status = 0;
  std::string body;
  std::optional<ErrorKind> failure;
};

Outcome outcome_of(std::string answer, std::string method = "GET") {
  Origin origin;
  Outcome outcome;
  origin.say({answer});
  origin.run([&]() -> Task<> {
    http::Request request = get();
    request.method = method;
    auto response = co_await origin.client.send(std::move(request), origin.destination());
    if (!response) {
      outcome.failure = response.error().kind;
      co_return;
    }
    outcome.status = response->status;
    auto body = co_await response->body.collect(1 << 20);
    if (body)
      outcome.body = *body;
    else
      outcome.failure = body.error().kind;
  });
  return outcome;
}

}  // namespace

TEST_CASE("client: a request arrives as it was made, but for hop-by-hop and framing headers") {
  Origin origin;
  origin.serve_all(echo);
  origin.run([&]() -> Task<> {
    http::Request request = post(http::Body(std::string("hello")));
    for (const auto& [name, value] : {std::pair("X-One", "1"),
                                      {"Host", "other.example"},
                                      {"Content-Length", "9"},
                                      {"Transfer-Encoding", "gzip"},
                                      {"Connection", "X-One"},
                                      {"Keep-Alive", "a"},
                                      {"TE", "b"}})
      request.headers.append(name, value);
    const auto response = co_await origin.client.send(std::move(request), origin.destination());
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->reason == "OK");
    CHECK(response->body.bytes() == "POST origin.example /p|Host: origin.example|X-One: 1|hello");
    CHECK(response->headers.find("content-length") == std::to_string(response->body.bytes().size()));
    CHECK(response->headers.find("date"));
    CHECK_FALSE(response->headers.find("connection"));
  });
}

TEST_CASE("client: a connection is kept and used again, for requests with and without bodies") {
  Origin origin;
  origin.serve_all(echo);
  origin.run([&]() -> Task<> {
    for (int i = 0; i < 10; ++i) {
      auto response = co_await origin.client.send(get("/" + std::to_string(i)), origin.destination());
      REQUIRE(response);
      CHECK(response->body.bytes().starts_with("GET origin.example /" + std::to_string(i) + "|"));
      response = co_await origin.client.send(post(http::Body(std::string(1000, 'a'))), origin.destination());
      REQUIRE(response);
      response = co_await origin.client.send(
          post(http::Body(std::make_unique<Pieces>(std::vector<std::string>{"a", "b"}), 2)),
          origin.destination());
      REQUIRE(response);
      CHECK(response->body.bytes().ends_with("|ab"));
      response = co_await origin.client.send(
          post(http::Body(std::make_unique<Pieces>(std::vector<std::string>{"a", "b", "c"}), std::nullopt)),
          origin.destination());
      REQUIRE(response);
      CHECK(response->body.bytes().ends_with("|abc"));
    }
  });
  CHECK(origin.connections == 1);
}

TEST_CASE("client: large bodies stream both ways, framed by length and by chunks") {
  constexpr std::uint64_t size = 5'000'003;
  Origin origin;
  // The origin sends back what comes while it comes.
  origin.serve_all([](http::Request request) -> Task<http::Response> {
    http::Response response;
    response.body = std::move(request.body);
    co_return response;
  });
  origin.run([&]() -> Task<> {
    for (const bool known : {true, false}) {
      http::Body body(std::make_unique<Made>(size), known ? std::optional(size) : std::nullopt);
      auto response = co_await origin.client.send(post(std::move(body)), origin.destination());
      REQUIRE(response);
      CHECK(response->body.length() == (known ? std::optional(size) : std::nullopt));
      const auto all = co_await response->body.collect(2 * size);
      REQUIRE(all);
      bool same = all->size() == size;
      for (std::uint64_t at = 0; same && at < size; ++at) same = (*all)[at] == byte_at(at);
      CHECK(same);
    }
    std::string large(size, 'm');
    auto response = co_await origin.client.send(post(http::Body(large)), origin.destination());
    REQUIRE(response);
    CHECK(*co_await response->body.collect(2 * size) == large);
  });
}

TEST_CASE("client: a body passes through two hops without being held") {
  Origin origin;
  Origin front;
  front.limits.body_bytes = 1ULL << 40;
  origin.limits.body_bytes = 1ULL << 40;
  constexpr std::uint64_t size = 64ULL * 1024 * 1024;
  // Both hops in one loop: the second origin's client lives in the first one's.
  front.serve_all([&](http::Request request) -> Task<http::Response> {
    if (request.target == "/origin") {
      http::Response response;
      response.body = http::Body(std::make_unique<Made>(size), std::nullopt);
      co_return response;
    }
    request.target = "/origin";
    auto response = co_await front.client.send(std::move(request), front.destination());
    REQUIRE(response);
    co_return std::move(*response);
  });
  front.run([&]() -> Task<> {
    auto response = co_await front.client.send(get("/front"), front.destination());
    REQUIRE(response);
    std::vector<char> piece(50'000);
    std::uint64_t at = 0;
    bool same = true;
    for (;;) {
      const auto count = co_await response->body.read(piece);
      REQUIRE(count);
      if (*count == 0) break;
      for (std::size_t i = 0; i < *count; i += 997) same = same && piece[i] == byte_at(at + i);
      at += *count;
    }
    CHECK(at == size);
    CHECK(same);
  });
}

TEST_CASE("client: a response dropped before its end closes the connection") {
  Origin origin;
  origin.serve_all([](http::Request) -> Task<http::Response> {
    http::Response response;
    response.body = http::Body(std::make_unique<Made>(10'000'000), 10'000'000);
    co_return response;
  });
  origin.run([&]() -> Task<> {
    for (int i = 0; i < 3; ++i) {
      auto response = co_await origin.client.send(get(), origin.destination());
      REQUIRE(response);
      char into[10];
      CHECK(*co_await response->body.read(into) > 0);
    }
  });
  CHECK(origin.connections == 3);
}

TEST_CASE("client: interim responses are skipped, but not without end") {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  CHECK(outcome_of(interim + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").body == "ok");
  std::string many;
  for (int i = 0; i < 20; ++i) many += interim;
  CHECK(outcome_of(many).failure == ErrorKind::protocol);
  CHECK(outcome_of("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").failure == ErrorKind::protocol);
}

TEST_CASE("client: bodies end as the head says") {
  CHECK(outcome_of("HTTP/1.1 200 OK\r\n\r\nto the end").body == "to the end");
  CHECK(outcome_of("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabcdef").body == "abc");
  CHECK(outcome_of(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n")
            .body == "abcd");
  CHECK(outcome_of("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc").body.empty());
  CHECK(outcome_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n").body.empty());
  CHECK(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD").status == 200);
  CHECK(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab").failure == ErrorKind::closed);
  CHECK(outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").failure ==
        ErrorKind::closed);
}

TEST_CASE("T70: an origin whose framing is in doubt is not believed") {
  for (const std::string answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "HTTP/1.1 2xx OK\r\n\r\n",
        "HTTP/3 200 OK\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    CAPTURE(answer);
    CHECK(outcome_of(answer).failure == ErrorKind::protocol);
  }
  CHECK(outcome_of("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')).failure == ErrorKind::limit);
}

TEST_CASE("client: bytes after a response do not become the next one") {
  Origin origin;
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
  origin.say({ok + "a" + ok + "POISON", ok + "b"}, false);
  origin.run([&]() -> Task<> {
    CHECK((co_await origin.client.send(get(), origin.destination()))->body.bytes() == "a");
    CHECK((co_await origin.client.send(get(), origin.destination()))->body.bytes() == "b");
  });
  CHECK(origin.connections == 2);
}

TEST_CASE("client: a connection the origin closed meanwhile costs nobody a request") {
  Origin origin;
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
  origin.say({ok + "a", ok + "b", ok + "c"});
  origin.run([&]() -> Task<> {
    boost::asio::steady_timer pause(origin.io);
    CHECK((co_await origin.client.send(get(), origin.destination()))->body.bytes() == "a");
    pause.expires_after(50ms);
    co_await pause.async_wait(use_task);
    CHECK((co_await origin.client.send(post(http::Body(std::string("x"))), origin.destination()))
              ->body.bytes() == "b");
    CHECK((co_await origin.client.send(get(), origin.destination()))->body.bytes() == "c");
  });
  CHECK(origin.connections == 3);
}

TEST_CASE("client: an idempotent request that met a closing connection is sent anew, another is not") {
  for (const std::string method : {"GET", "POST"}) {
    Origin origin;
    int requests = 0;
    // The first connection answers once, takes the second request, and closes without a word.
    origin.spawn([](Origin& origin, int& requests) -> Task<> {
      for (int connection = 0; connection < 2; ++connection) {
        tls::Stream stream(co_await origin.acceptor.async_accept(origin.io.get_executor(), use_task));
        co_await read_until(stream, "\r\n\r\n");
        ++requests;
        co_await stream.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection));
        co_await read_until(stream, "\r\n\r\n");
        ++requests;
      }
    }(origin, requests));
    origin.run([&]() -> Task<> {
      CHECK((co_await origin.client.send(get(), origin.destination()))->body.bytes() == "0");
      http::Request request = get();
      request.method = method;
      const auto second = co_await origin.client.send(std::move(request), origin.destination());
      CHECK(second.has_value() == (method == "GET"));
      if (second) CHECK(second->body.bytes() == "1");
      if (!second) CHECK(second.error().kind == ErrorKind::connect);
    });
    CHECK(requests == (method == "GET" ? 3 : 2));
  }
}

TEST_CASE("client: Connection: close and a short Keep-Alive end the connection's use") {
  for (const std::string line : {"Connection: close\r\n", "Keep-Alive: timeout=1\r\n"}) {
    Origin origin;
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + line + "\r\na";
    origin.say({ok, ok}, false);
    origin.run([&]() -> Task<> {
      CHECK(co_await origin.client.send(get(), origin.destination()));
      CHECK(co_await origin.client.send(get(), origin.destination()));
    });
    CHECK(origin.connections == 2);
  }
}

TEST_CASE("client: an early answer ends the upload and its connection") {
  Origin origin;
  origin.serve_all([](http::Request) -> Task<http::Response> { co_return text_response("no", 413); });
  origin.run([&]() -> Task<> {
    auto response = co_await origin.client.send(
        post(http::Body(std::make_unique<Made>(1ULL << 40), std::nullopt)), origin.destination());
    REQUIRE(response);
    CHECK(response->status == 413);
    CHECK(*co_await response->body.collect(100) == "no");
    CHECK((co_await origin.client.send(get(), origin.destination()))->status == 413);
  });
  CHECK(origin.connections == 2);
}

TEST_CASE("client: a request body that breaks off is that request's failure") {
  Origin origin;
  bool whole = false;
  origin.serve_all([&](http::Request request) -> Task<http::Response> {
    whole = (co_await request.body.collect(1000)).has_value();
    co_return text_response("x");
  });
  origin.run([&]() -> Task<> {
    http::Body body(
        std::make_unique<Pieces>(std::vector<std::string>{"abc"}, Error{ErrorKind::script, "threw"}),
        std::nullopt);
    const auto response = co_await origin.client.send(post(std::move(body)), origin.destination());
    REQUIRE_FALSE(response);
    CHECK(response.error().kind == ErrorKind::script);
  });
  CHECK_FALSE(whole);
}

TEST_CASE("T70: a request that could be read as two is not sent") {
  Origin origin;
  origin.serve_all(echo);
  origin.run([&]() -> Task<> {
    const auto refused = [&](auto change) -> Task<> {
      http::Request request = get();
      change(request);
      const auto response = co_await origin.client.send(std::move(request), origin.destination());
      REQUIRE_FALSE(response);
      CHECK(response.error().kind == ErrorKind::protocol);
    };
    co_await refused([](http::Request& request) { request.method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"; });
    co_await refused([](http::Request& request) { request.method = "CONNECT"; });
    co_await refused([](http::Request& request) { request.method = ""; });
    co_await refused([](http::Request& request) { request.target = "/ HTTP/1.1\r\nX: y\r\n\r\nGET /"; });
    co_await refused([](http::Request& request) { request.target = "/a b"; });
    co_await refused([](http::Request& request) { request.target = ""; });
    co_await refused([](http::Request& request) { request.authority = "a\r\nX: y"; });
    co_await refused([](http::Request& request) { request.authority = ""; });
    co_await refused([](http::Request& request) { request.headers.append("X", "y\r\nZ: a"); });
    co_await refused([](http::Request& request) { request.headers.append("X\r\nZ", "a"); });
  });
  CHECK(origin.connections == 0);
}

TEST_CASE("T72: an origin that says nothing, or nothing more, is a timeout") {
  Origin origin;
  origin.limits.origin_timeout = 100ms;
  origin.say({"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}, false);
  origin.run([&]() -> Task<> {
    auto response = co_await origin.client.send(get(), origin.destination());
    REQUIRE_FALSE(response);
    CHECK(response.error().kind == ErrorKind::timeout);
    response = co_await origin.client.send(get(), origin.destination());
    REQUIRE(response);
    const auto body = co_await response->body.collect(100);
    REQUIRE_FALSE(body);
    CHECK(body.error().kind == ErrorKind::timeout);
  });
}
