// Heads as text. How bodies are framed is in h1_write_test.cpp and client_test.cpp.
#include "runtime/http/message_writer.h"

#include <doctest/doctest.h>

#include <regex>

using namespace edge::http;

TEST_CASE("message writer: framing headers are the codec's, in any case") {
  for (const char* name : {"te", "TE", "Trailer", "Upgrade", "Connection", "Keep-Alive", "Content-Length",
                           "proxy-connection", "TRANSFER-ENCODING"})
    CHECK(is_framing_header(name));
  for (const char* name : {"", "t", "Host", "Trailers", "Content-Type", "Content_Length"})
    CHECK_FALSE(is_framing_header(name));
}

TEST_CASE("message writer: headers are written in order, but for one") {
  HeaderList headers;
  headers.append("A", "1");
  headers.append("Host", "x");
  headers.append("b", "");
  headers.append("Connection", "close");
  std::string out = ">";
  CHECK(append_headers(out, headers, "host"));
  CHECK(out == ">A: 1\r\nb: \r\n");
  headers.append("c", "x\r\ny");
  CHECK_FALSE(append_headers(out, headers));
}

TEST_CASE("message writer: the date is RFC 9110's fixed form") {
  const std::regex form(
      "Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] [A-Z][a-z]{2} [0-9]{4} "
      "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT\r\n");
  CHECK(std::regex_match(std::string(date_line()), form));
}

TEST_CASE("message writer: numbers are decimal") {
  std::string out;
  append_number(out, 0);
  append_number(out, 18446744073709551615ULL);
  CHECK(out == "018446744073709551615");
}
