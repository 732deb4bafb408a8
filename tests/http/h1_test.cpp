// The server's codec over loopback: what clients send, and what becomes of it.
#include "runtime/http/h1.h"

#include <doctest/doctest.h>

#include "tests/http/loopback.h"
#include "tests/http/sources.h"

using namespace edge;
using namespace edge::test;
using namespace std::chrono_literals;

namespace {

constexpr auto close_line = "Connection: close\r\n\r\n";

std::string get(const std::string& target, const std::string& lines = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: a.example\r\n" + lines + "\r\n";
}

std::string post(const std::string& lines, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: a.example\r\n" + lines + "\r\n" + body;
}

Task<http::Response> ignore_body(http::Request) { co_return text_response("ignored"); }

}  // namespace

TEST_CASE("h1: a request comes with its headers, without those of the connection") {
  Loopback loop;
  const auto said =
      talk(loop,
           "POST /p?q HTTP/1.1\r\nHost: A.example:81\r\nX-One: 1\r\nConnection: close, X-Two\r\nX-Two: 2\r\n"
           "x-two: 3\r\nKeep-Alive: x\r\nProxy-Connection: y\r\nTE: trailers\r\nUpgrade: "
           "h2c\r\nContent-Length: 3\r\n"
           "Trailer: z\r\nHTTP2-Settings: s\r\nX-Three:  a  b \r\n\r\nabc");
  CHECK(said.contains("\r\n\r\nPOST A.example:81 /p?q|Host: A.example:81|X-One: 1|X-Three: a  b|abc"));
  CHECK(said.contains("Connection: close\r\n"));
}

TEST_CASE("T21: Connection cannot take Host away") {
  Loopback loop;
  CHECK(talk(loop, get("/", "Connection: Host, close\r\n")).contains("GET a.example /|Host: a.example|"));
}

TEST_CASE("h1: an absolute-form target is split, and names the host on HTTP/1.0") {
  Loopback loop;
  CHECK(talk(loop, get("http://a.example/x?y", close_line)).contains("\r\n\r\nGET a.example /x?y|"));
  CHECK(talk(loop, get("http://a.example?y", close_line)).contains("\r\n\r\nGET a.example /?y|"));
  CHECK(talk(loop, get("http://a.example", close_line)).contains("\r\n\r\nGET a.example /|"));
  CHECK(talk(loop, "GET http://b.example/ HTTP/1.0\r\n\r\n").contains("\r\n\r\nGET b.example /|"));
}

TEST_CASE("h1: pipelined requests are answered in their order") {
  Loopback loop;
  std::string bytes;
  for (int i = 0; i < 50; ++i)
    bytes +=
        i % 2 == 0 ? get("/" + std::to_string(i)) : post("Content-Length: 2\r\n", std::to_string(10 + i));
  const auto said = talk(loop, bytes + get("/last", close_line));
  CHECK(count_of(said, "HTTP/1.1 200 OK\r\n") == 51);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = said.find(i % 2 == 0 ? "GET a.example /" + std::to_string(i) + "|" : "|" + std::to_string(10 + i),
                   at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("h1: heads and bodies may come byte by byte") {
  Loopback loop;
  std::string said;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), echo));
    tls::Stream stream(std::move(client));
    const std::string bytes =
        post("Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n02\r\nde\r\n0\r\nX: y\r\n\r\n") +
        get("/two", close_line);
    for (const char& byte : bytes) {
      co_await stream.write({&byte, 1});
      co_await boost::asio::post(loop.io, use_task);
    }
    said = co_await read_to_end(stream);
  });
  CHECK(said.contains("|abcde"));
  CHECK(said.contains("GET a.example /two|"));
}

TEST_CASE("h1: connections are kept as 1.1 and 1.0 say") {
  Loopback loop;
  CHECK(count_of(talk(loop, get("/") + get("/")), "HTTP/1.1 200") == 2);
  CHECK(count_of(talk(loop, get("/", "Connection: Close\r\n") + get("/")), "HTTP/1.1 200") == 1);
  CHECK(count_of(talk(loop, "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n"), "HTTP/1.1 200") == 1);
  const auto kept = talk(loop, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
  CHECK(count_of(kept, "HTTP/1.1 200") == 2);
  CHECK(count_of(kept, "Connection: keep-alive\r\n") == 1);
  CHECK(count_of(kept, "Connection: close\r\n") == 1);
}

TEST_CASE("h1: one empty line before a request is skipped, more are refused") {
  Loopback loop;
  CHECK(status_of(talk(loop, "\r\n" + get("/", close_line))) == 200);
  CHECK(status_of(talk(loop, "\r\n\r\n" + get("/", close_line))) == 400);
}

TEST_CASE("T70: a refused head is answered and nothing after it is read as a request") {
  Loopback loop;
  for (const std::string lines :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 30\r\n", "Transfer-Encoding: xchunked\r\n",
        "Content-Length: +5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding : chunked\r\n", "X: a\r\n b\r\n"}) {
    CAPTURE(lines);
    const auto said = talk(loop, post(lines, "0\r\n\r\n") + get("/smuggled"));
    CHECK(status_of(said) == 400);
    CHECK(count_of(said, "HTTP/1.1 ") == 1);
    CHECK_FALSE(said.contains("smuggled"));
  }
  CHECK(status_of(talk(loop, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) == 505);
  CHECK(status_of(talk(loop, "GET / HTTP/1.1\nHost: a.example\n\n")) == 400);
}

TEST_CASE("T70: broken chunks end the connection") {
  Loopback loop;
  for (const std::string body : {"5;\r\nhello\r\n0\r\n\r\n",       "1_0\r\nhello world!!!!!\r\n0\r\n\r\n",
                                 "0x5\r\nhello\r\n0\r\n\r\n",      " 5\r\nhello\r\n0\r\n\r\n",
                                 "5 \r\nhello\r\n0\r\n\r\n",       "5\r\nhello0\r\n\r\n",
                                 "5;\nhello\r\n0\r\n\r\n",         "5\r\nhello!!\r\n0\r\n\r\n",
                                 "5\r\nhello\n0\r\n\r\n",          "5;a\rX\r\nhello\r\n0\r\n\r\n",
                                 "5;\x01x\r\nhello\r\n0\r\n\r\n",  "5\r\nhello\r\n0\r\n\n",
                                 "-1\r\nhello\r\n0\r\n\r\n",       "5\rhello\r\n0\r\n\r\n",
                                 "5\nhello\r\n0\r\n\r\n",          "FFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n",
                                 "\r\n5\r\nhello\r\n0\r\n\r\n",    "g\r\n",
                                 "5\r\nhello\r\n0\r\n: x\r\n\r\n", "5\r\nhello\r\n0\r\nX y\r\n\r\n"}) {
    CAPTURE(body);
    const auto said = talk(loop, post("Transfer-Encoding: chunked\r\n", body) + get("/smuggled"));
    CHECK(status_of(said) == 400);
    CHECK_FALSE(said.contains("smuggled"));
    // The same when nobody asks for the body.
    CHECK(count_of(talk(loop, post("Transfer-Encoding: chunked\r\n", body) + get("/smuggled"), ignore_body),
                   "HTTP/1.1") == 1);
  }
}

TEST_CASE("T70: trailers are dropped, whatever they are called") {
  Loopback loop;
  for (const std::string trailer : {"Content-Length: 50", "Transfer-Encoding: chunked", "Host: evil.example",
                                    "Cf-Client-Cert-Sha256: 00"}) {
    const auto said =
        talk(loop, post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n" + trailer + "\r\n\r\n") +
                       get("/next", close_line));
    CHECK(said.contains("POST a.example /p|Host: a.example|hello"));
    CHECK(said.contains("GET a.example /next|"));
    CHECK_FALSE(said.contains(trailer));
  }
}

TEST_CASE("T70: extensions may not outweigh the content without end") {
  Loopback loop;
  std::string body;
  for (int i = 0; i < 40; ++i) body += "1;a=" + std::string(4000, 'x') + "\r\ny\r\n";
  CHECK(status_of(talk(loop, post("Transfer-Encoding: chunked\r\n", body + "0\r\n\r\n"))) == 400);
  CHECK(status_of(talk(loop, post("Transfer-Encoding: chunked\r\n", "1;a=" + std::string(20'000, 'x')))) ==
        400);
  body.clear();
  for (int i = 0; i < 20'000; ++i) body += "1\r\ny\r\n";
  CHECK(status_of(talk(loop, post("Transfer-Encoding: chunked\r\n", body + "0\r\n\r\n"))) == 200);
}

TEST_CASE("T70: what follows a CONNECT is never read as a request") {
  Loopback loop;
  const auto said =
      talk(loop, "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n" + get("/smuggled"));
  CHECK(said.contains("CONNECT b.example:443 b.example:443|"));
  CHECK_FALSE(said.contains("smuggled"));
}

TEST_CASE("h1: 100 Continue is sent when the body is read, and not before") {
  Loopback loop;
  std::string before, said;
  const auto expecting = post("Content-Length: 3\r\nExpect: 100-Continue\r\nConnection: close\r\n", "");
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), echo));
    tls::Stream stream(std::move(client));
    co_await stream.write(expecting);
    before = co_await read_until(stream, "\r\n\r\n");
    co_await stream.write("abc");
    said = co_await read_to_end(stream);
  });
  CHECK(before == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(said.ends_with("|abc"));

  // A handler that does not read it answers without, and the connection is of no more use.
  const auto refused = talk(loop, post("Content-Length: 3\r\nExpect: 100-continue\r\n", ""), ignore_body);
  CHECK(refused.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(refused.contains("Connection: close\r\n"));
}

TEST_CASE(
    "h1: an unknown expectation is 417, one on HTTP/1.0 means nothing, one that came with its body too") {
  Loopback loop;
  CHECK(status_of(talk(loop, get("/", "Expect: 200-ok\r\n"))) == 417);
  CHECK(talk(loop, "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\na")
            .starts_with("HTTP/1.1 200"));
  CHECK(talk(loop, post("Content-Length: 1\r\nExpect: 100-continue\r\n", "a")).starts_with("HTTP/1.1 200"));
}

TEST_CASE("h1: a body nobody reads is skipped when it is small, else the connection ends") {
  Loopback loop;
  for (const bool chunked : {false, true}) {
    const auto body = [&](std::size_t size) {
      const std::string bytes(size, 'x');
      char length[20];
      std::snprintf(length, sizeof length, "%zx\r\n", size);
      return chunked ? post("Transfer-Encoding: chunked\r\n", length + bytes + "\r\n0\r\n\r\n")
                     : post("Content-Length: " + std::to_string(size) + "\r\n", bytes);
    };
    CHECK(count_of(talk(loop, body(60'000) + get("/next", close_line), ignore_body), "HTTP/1.1 200") == 2);
    CHECK(count_of(talk(loop, body(300'000) + get("/next", close_line), ignore_body), "HTTP/1.1 200") == 1);
  }
}

TEST_CASE("h1: a body that outlives its exchange cannot be read any more") {
  Loopback loop;
  http::Body kept;
  const auto said = talk(loop, post("Content-Length: 100000\r\n", "abc"),
                         [&](http::Request request) -> Task<http::Response> {
                           kept = std::move(request.body);
                           co_return text_response("later");
                         });
  CHECK(status_of(said) == 200);
  loop.run([&]() -> Task<> {
    char into[10];
    const auto count = co_await kept.read(into);
    REQUIRE_FALSE(count);
    CHECK(count.error().kind == ErrorKind::closed);
  });
}

TEST_CASE("h1: a read of the body that is waiting when the exchange ends is broken off") {
  Loopback loop;
  http::Body kept;
  bool broken_off = false;
  std::string said;
  loop.run([&]() -> Task<> {
    auto [client, server] = loop.connected();
    loop.spawn(serve(loop, std::move(server), [&](http::Request request) -> Task<http::Response> {
      kept = std::move(request.body);
      loop.spawn([](http::Body& body, bool& flag) -> Task<> {
        char into[10];
        for (;;)
          if (const auto count = co_await body.read(into); !count) {
            flag = true;
            co_return;
          }
      }(kept, broken_off));
      co_return text_response("early");
    }));
    tls::Stream stream(std::move(client));
    co_await stream.write(post("Content-Length: 100000\r\n", "abc"));
    said = co_await read_to_end(stream);
  });
  CHECK(status_of(said) == 200);
  CHECK(broken_off);
}

TEST_CASE("h1: a client that ends inside its body is no success") {
  Loopback loop;
  CHECK(status_of(talk(loop, post("Content-Length: 10\r\n", "hello"))) == 400);
  CHECK(status_of(talk(loop, post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n"))) == 400);
}

TEST_CASE("h1: without a request there is no answer") {
  Loopback loop;
  CHECK(talk(loop, "").empty());
  CHECK(talk(loop, "GET / HTTP/1.1\r\nHost: a.exa").empty());
}
