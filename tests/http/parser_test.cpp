// Heads and chunks behind the guard.
#include "runtime/http/parser.h"

#include <doctest/doctest.h>

#include <string>

using namespace edge;
using namespace edge::http;
using Kind = BodyFraming::Kind;

namespace {

/// Decodes `input`, given in pieces of `step` bytes; "!" at the end of what is broken, "…" of what is
/// unfinished.
std::string decoded(std::string_view input, std::size_t step, std::size_t data_max = 1000) {
  ChunkedDecoder decoder(std::nullopt);
  std::string all, waiting;
  while (!decoder.done()) {
    const auto part = decoder.decode(waiting, data_max);
    if (!part) return all + "!";
    all += part->data;
    waiting.erase(0, part->consumed);
    if (!part->data.empty() || decoder.done()) continue;
    if (input.empty()) return all + "…";
    waiting += input.substr(0, step);
    input.remove_prefix(std::min(step, input.size()));
  }
  return all;
}

}  // namespace

TEST_CASE("parser: a request's parts") {
  const auto head = parse_request_head(
      "PUT /a?b HTTP/1.1\r\nHost: h:1\r\nX-A: b\r\nContent-Length: 7\r\nExpect: x\r\n\r\n", "http");
  REQUIRE(head);
  CHECK(head->request.method == "PUT");
  CHECK(head->request.target == "/a?b");
  CHECK(head->request.authority == "h:1");
  CHECK(head->request.scheme == "http");
  CHECK(head->request.version == Version::http_1_1);
  CHECK(head->request.headers.size() == 2);
  CHECK(head->request.headers.find("x-a") == "b");
  CHECK(head->framing.kind == Kind::length);
  CHECK(head->framing.length == 7);
  CHECK(head->has_body);
  CHECK(head->keep_alive);
  CHECK(head->expectation == "x");
}

TEST_CASE("parser: a WebSocket is asked for by GET, by HTTP/1.1, without a body, and as Connection says") {
  const auto asks = [](const std::string& begin, const std::string& headers) {
    const auto head = parse_request_head(begin + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n", "http");
    REQUIRE(head);
    CHECK_FALSE(head->request.headers.find("upgrade"));
    return head->request.wants_web_socket;
  };
  CHECK_FALSE(asks("GET /", "Upgrade: websocket\r\n"));
  CHECK_FALSE(asks("GET /", "Connection: upgrade\r\n"));
  CHECK_FALSE(asks("GET /", "Connection: upgrade\r\nUpgrade: h2c\r\n"));
  CHECK_FALSE(asks("POST /", "Connection: upgrade\r\nUpgrade: websocket\r\n"));
  CHECK_FALSE(asks("GET /", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n"));
  CHECK(asks("GET /", "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"));
  CHECK(asks("GET /", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n"));
}

TEST_CASE("parser: how a body is framed") {
  const auto framing = [](std::string lines) {
    return parse_request_head("POST / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n", "http");
  };
  CHECK_FALSE(framing("")->has_body);
  CHECK(framing("Content-Length: 0\r\n")->has_body);
  CHECK(framing("Content-Length: 0\r\n")->framing.kind == Kind::none);
  CHECK(framing("Transfer-Encoding: chunked\r\n")->framing.kind == Kind::chunked);
  const auto response = [](std::string lines, std::string method = "GET") {
    return parse_response_head("HTTP/1.1 200 OK\r\n" + lines + "\r\n", method);
  };
  CHECK(response("")->framing.kind == Kind::until_close);
  CHECK_FALSE(response("")->keep_alive);
  CHECK(response("Content-Length: 5\r\n")->framing.length == 5);
  CHECK(response("Content-Length: 5\r\n", "HEAD")->framing.kind == Kind::none);
  CHECK(response("Content-Length: 5\r\n", "HEAD")->keep_alive);
  CHECK(response("Keep-Alive: timeout=7, max=9\r\n")->kept == std::chrono::seconds(7));
  CHECK(response("Keep-Alive: max=9\r\n")->kept == std::nullopt);
}

TEST_CASE("T70: Beast itself refuses what came past the guard unseen") {
  for (const std::string lines :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: gzip\r\nContent-Length: 4\r\n", "Transfer-Encoding: gzip\r\n"}) {
    CAPTURE(lines);
    CHECK_FALSE(parse_request_head("POST / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n", "http"));
  }
  CHECK_FALSE(parse_request_head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "http"));
}

TEST_CASE("parser: chunks are decoded however they are cut") {
  const std::string body = "3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\nT: u\r\n\r\n";
  for (std::size_t step = 1; step <= body.size(); ++step)
    for (const std::size_t data_max : {1UZ, 3UZ, 1000UZ})
      CHECK(decoded(body, step, data_max) == "abc0123456789");
  CHECK(decoded("3\r\nabc\r\n", 100) == "abc…");
  CHECK(decoded("3\r\nabcXY", 100) == "abc!");
  CHECK(decoded("0\r\n\n", 100) == "!");
}

TEST_CASE("parser: chunks know when there is something to decode") {
  ChunkedDecoder decoder(std::nullopt);
  CHECK_FALSE(decoder.is_ready(""));
  CHECK_FALSE(decoder.is_ready("5"));
  CHECK(decoder.is_ready("5\r\nhe"));
  CHECK(decoder.decode("5\r\nhe", 100)->data == "he");
  CHECK_FALSE(decoder.is_ready(""));
  CHECK(decoder.is_ready("l"));
  CHECK(decoder.decode("llo", 100)->data == "llo");
  CHECK_FALSE(decoder.is_ready("\r\n"));
  CHECK_FALSE(decoder.is_ready("\r\n0"));
  CHECK(decoder.is_ready("\r\n0\r\n\r\n"));
}

TEST_CASE("parser: content beyond its limit is ErrorKind::limit") {
  ChunkedDecoder decoder(5);
  CHECK(decoder.decode("5\r\nhello", 100)->data == "hello");
  const auto more = decoder.decode("\r\n1\r\nx", 100);
  REQUIRE_FALSE(more);
  CHECK(more.error().kind == ErrorKind::limit);
}
