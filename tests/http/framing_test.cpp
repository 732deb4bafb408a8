// The framing guard, case by case: raw heads and what must become of them.
#include "runtime/http/framing.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "runtime/http/header_list.h"

using namespace edge::http;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

constexpr std::size_t header_count_max = 20, uri_bytes_max = 200;

/// 0: nothing is wrong.
int status_for(std::string_view head) {
  const auto problem = framing_problem(head, header_count_max, uri_bytes_max);
  return problem ? problem->status : 0;
}

struct Case {
  int status;
  std::string_view head;
};

/// Head lines around "Host: a.example" on HTTP/1.1.
std::string with(std::string_view lines, std::string_view request_line = "POST / HTTP/1.1") {
  return std::string(request_line) + "\r\nHost: a.example\r\n" + std::string(lines) + "\r\n";
}

template <std::size_t size>
void check_all(const Case (&cases)[size]) {
  for (const auto& [status, head] : cases) {
    CAPTURE(head);
    CHECK(status_for(head) == status);
  }
}

}  // namespace

TEST_CASE("T70: request lines") {
  constexpr Case cases[] = {
      {0, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "GET /a/b?c=d&e=%20 HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "get / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "M-SEARCH /x HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "OPTIONS /x HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n"},
      {0, "TRACE / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "GET /?a=http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "GET //b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "GET /x HTTP/1.0\r\n\r\n"},
      {0, "GET /x HTTP/1.0\r\nHost: a.example\r\n\r\n"},
      {400, ""},
      {400, "\r\n"},
      {400, "   \r\n\r\n"},
      {400, "GET\r\n\r\n"},
      {400, "GET /\r\n\r\n"},
      {400, "GET HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /  HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, " GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\nHost: a.example\r\n\r\n"},
      {400, "GET /a b HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET\t/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /\tHTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "G(T / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "G\xc3\x89T / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400,
       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\nHost: "
       "a\r\n\r\n"},
      {400, "GET x HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET * HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "CONNECT / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "CONNECT a.example HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "CONNECT a.example: HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "CONNECT [::1] HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /a#b HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /a\\b HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /caf\xc3\xa9 HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /\x7f HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET /\0x HTTP/1.1\r\nHost: a.example\r\n\r\n"sv},
      {400, "GET / http/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/01.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.10\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/ 1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1,1\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTPS/1.1\r\nHost: a.example\r\n\r\n"},
      {505, "GET / HTTP/1.2\r\nHost: a.example\r\n\r\n"},
      {505, "GET / HTTP/0.9\r\nHost: a.example\r\n\r\n"},
      {505, "GET / HTTP/9.9\r\nHost: a.example\r\n\r\n"},
      {505, "PRI * HTTP/2.0\r\n\r\n"},
  };
  check_all(cases);
}

TEST_CASE("T70: line ends, folds and control bytes") {
  constexpr Case cases[] = {
      {400, "GET / HTTP/1.1\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\n\n"},
      {400, "GET / HTTP/1.1\nHost: a.example\n\n"},
      {400, "GET / HTTP/1.1\rHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\rb\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\r\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\nY: b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\r\n b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\r\n\tb\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n \r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n Host: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\0b\r\n\r\n"sv},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: \x07\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: \x7f\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\nX"},
      {0, "GET / HTTP/1.1\r\nHost: a.example\r\nX:\ta\tb \r\n\r\n"},
      {0, "GET / HTTP/1.1\r\nHost: a.example\r\nX:\r\nY: \xc3\xa9\r\n\r\n"},
  };
  check_all(cases);
}

TEST_CASE("T70: a control byte is found wherever it stands in a line") {
  for (std::size_t at = 0; at < 20; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string value(20, 'a');
      value[at] = static_cast<char>(byte);
      const bool is_control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
      CAPTURE(at);
      CAPTURE(byte);
      CHECK(status_for(with("X: " + value + "\r\n")) == (is_control ? 400 : 0));
    }
  }
}

TEST_CASE("T70: header names") {
  constexpr Case cases[] = {
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\n: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX : a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX\t: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost : a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX[: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX\xc3\xa9: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nX\x0b: a\r\n\r\n"},
      {0, "GET / HTTP/1.1\r\nhOsT: a.example\r\nx_y: a\r\n\r\n"},
  };
  check_all(cases);
}

TEST_CASE("T70: Transfer-Encoding is chunked, alone, once, on 1.1") {
  CHECK(status_for(with("Transfer-Encoding: chunked\r\n")) == 0);
  CHECK(status_for(with("transfer-encoding:chunked\r\n")) == 0);
  constexpr std::string_view refused[] = {
      "Transfer-Encoding: Chunked\r\n",
      "Transfer-Encoding: xchunked\r\n",
      "Transfer-Encoding: chunked, chunked\r\n",
      "Transfer-Encoding: chunked,\r\n",
      "Transfer-Encoding: , chunked\r\n",
      "Transfer-Encoding: gzip\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: chunked, gzip\r\n",
      "Transfer-Encoding: identity\r\n",
      "Transfer-Encoding:\r\n",
      "Transfer-Encoding: \"chunked\"\r\n",
      "Transfer-Encoding: chunked;a=b\r\n",
      "Transfer-Encoding:\tchunked\r\n",
      "Transfer-Encoding: chunked\t\r\n",
      "Transfer-Encoding: \x0b"
      "chunked\r\n",
      "Transfer-Encoding: \x0c"
      "chunked\r\n",
      "Transfer-Encoding:\r\n chunked\r\n",
      "Transfer-Encoding : chunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
      "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
      "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
      "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
      "Transfer_Encoding: chunked\r\n",
      "Transfer_encoding: chunked\r\nContent-Length: 5\r\n",
  };
  for (const std::string_view lines : refused) {
    CAPTURE(lines);
    CHECK(status_for(with(lines)) == 400);
  }
  CHECK(status_for(with("Transfer-Encoding: chunked\0\r\n"sv)) == 400);
}

TEST_CASE("T70: what Beast let pass before its fixes of 1610, 3096 and 3098 never reaches it") {
  // 1610: both framings in one message, in either order.
  CHECK(status_for(with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(status_for(with("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n")) == 400);
  // 3096: chunks in HTTP/1.0.
  CHECK(status_for(with("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0")) == 400);
  CHECK(status_for(with("Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", "POST / HTTP/1.0")) ==
        400);
  // 3098: a coding that is not chunked, and a length after it.
  CHECK(status_for(with("Transfer-Encoding: gzip\r\nContent-Length: 4\r\n")) == 400);
  CHECK(status_for(with("Transfer-Encoding: chunked, identity\r\nContent-Length: 4\r\n")) == 400);
}

TEST_CASE("T70: Content-Length is one plain number") {
  for (const std::string_view value : {"0", "5", "123456789012345678", " 5", "5 ", "  5  "}) {
    CAPTURE(value);
    CHECK(status_for(with("Content-Length:" + std::string(value) + "\r\n")) == 0);
  }
  for (const std::string_view value : {"",
                                       " ",
                                       "abc",
                                       "+5",
                                       "-1",
                                       "-0",
                                       "0x5",
                                       "0o5",
                                       "1_0",
                                       "1 0",
                                       "5, 5",
                                       "5, 10",
                                       "5,",
                                       "00",
                                       "005",
                                       "0200",
                                       "5.0",
                                       "5;",
                                       "\t5",
                                       "5\t",
                                       "1e3",
                                       "99999999999999999999",
                                       "1234567890123456789",
                                       "18446744073709551616",
                                       "\xd9\xa5"}) {
    CAPTURE(value);
    CHECK(status_for(with("Content-Length: " + std::string(value) + "\r\n")) == 400);
  }
  CHECK(status_for(with("Content-Length: 5\r\nContent-Length: 10\r\n")) == 400);
  CHECK(status_for(with("Content-Length: 5\r\nContent-Length: 5\r\n")) == 400);
  CHECK(status_for(with("Content-Length: 5\r\ncontent-length: 5\r\n")) == 400);
  CHECK(status_for(with("Content-Length : 5\r\n")) == 400);
  CHECK(status_for(with("Content_Length: 5\r\n")) == 400);
  CHECK(status_for(with("Content-Length: 5\r\n", "TRACE / HTTP/1.1")) == 400);
  CHECK(status_for(with("Content-Length: 5\r\n", "GET / HTTP/1.1")) == 0);
}

TEST_CASE("T70: one Host, valid, and the same as an absolute-form target's") {
  const auto host = [](std::string_view value) {
    return status_for("GET / HTTP/1.1\r\nHost: " + std::string(value) + "\r\n\r\n");
  };
  for (const std::string_view value : {"a", "a.example", "A.example.", "a.example:8443", "a_b.example",
                                       "127.0.0.1:1", "[::1]", "[2001:db8::1]:443"}) {
    CAPTURE(value);
    CHECK(host(value) == 0);
  }
  for (const std::string_view value : {"",
                                       " ",
                                       "a b",
                                       "a.example/x",
                                       "user@a.example",
                                       "a.example, b.example",
                                       "a.example:",
                                       "a.example:x",
                                       "a.example:99999",
                                       "a.example:1:2",
                                       "[::1",
                                       "[]",
                                       "[::1]x",
                                       "::1",
                                       "a%2eexample",
                                       "caf\xc3\xa9",
                                       "a.example\t",
                                       "a?b",
                                       "a#b",
                                       ":80",
                                       "a\\b"}) {
    CAPTURE(value);
    CHECK(host(value) == 400);
  }
  constexpr Case cases[] = {
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a.example\r\nhost: b.example\r\n\r\n"},
      {400, "GET / HTTP/1.0\r\nHost: a.example\r\nHost: b.example\r\n\r\n"},
      {0, "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "GET HTTPS://A.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {0, "GET https://a.example?x HTTP/1.1\r\nHost: a.example:443\r\n\r\n"},
      {400, "GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET http://a.example:81/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET http://a.example@b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET http:///x HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET http:a.example HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"},
      {400, "GET http://a.example/ HTTP/1.1\r\n\r\n"},
  };
  check_all(cases);
}

TEST_CASE("T72: too many headers are 431, a target too long is 414") {
  std::string lines;
  for (std::size_t i = 1; i < header_count_max; ++i) lines += "X: a\r\n";
  CHECK(status_for(with(lines)) == 0);
  CHECK(status_for(with(lines + "X: a\r\n")) == 431);
  CHECK(status_for("GET /" + std::string(uri_bytes_max - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(status_for("GET /" + std::string(uri_bytes_max, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
}

TEST_CASE("T70: what an origin answers is framed beyond doubt too") {
  const auto is_fine = [](std::string_view head) {
    return !response_framing_problem(head, header_count_max);
  };
  CHECK(is_fine("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  CHECK(is_fine("HTTP/1.1 404 \r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(is_fine("HTTP/1.0 200 Fine and dandy\r\n\r\n"));
  for (const std::string_view head :
       {"HTTP/1.1 200\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 000 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\n", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 200 O\rK\r\n\r\n"}) {
    CAPTURE(head);
    CHECK_FALSE(is_fine(head));
  }
}
