// Header lists on their way between C++ and JavaScript.
#include "bindings/headers_text.h"

#include <doctest/doctest.h>

namespace edge::bindings {

TEST_CASE("headers text: a list comes back as it went") {
  http::HeaderList headers;
  headers.append("Accept", "*/*");
  headers.append("x-empty", "");
  headers.append("Accept", "text/html");
  const std::string text = headers_text(headers);
  CHECK(text == "Accept\n*/*\nx-empty\n\nAccept\ntext/html\n");
  const HeadersHandle handle(headers);
  http::HeaderList back;
  CHECK_FALSE(read_headers({&handle.list}, "", back));
  CHECK(headers_text(back) == text);
  http::HeaderList changed;
  CHECK_FALSE(read_headers({&handle.list}, "=accept\n*\n+a\n1\n-x-empty\n\n", changed));
  CHECK(headers_text(changed) == "accept\n*\na\n1\n");
  CHECK(headers_text(handle.list) == text);
}

TEST_CASE("headers text: nothing can split a message") {
  for (const char* text : {"+a b\nx\n", "=\nx\n", "+a:\nx\n", "=a\nx\ry\n", "+a\nx", "+a\n", "+a", "+a\n x\n",
                           "+a\nx\nb\n", "\n"}) {
    CAPTURE(text);
    http::HeaderList headers;
    CHECK(read_headers({}, text, headers));
  }
  http::HeaderList headers;
  CHECK(read_headers({}, std::string("+a\nx\0y\n", 7), headers));
}

TEST_CASE("headers text: framing and hop-by-hop headers of a script are left out") {
  http::HeaderList headers;
  CHECK_FALSE(read_headers(
      {}, "+Content-Length\n5\n=Transfer-Encoding\nchunked\n+CONNECTION\nclose\n+TE\ntrailers\n+x-te\n1\n",
      headers));
  REQUIRE(headers.size() == 1);
  CHECK(headers[0].name == "x-te");
}

TEST_CASE("headers text: Upgrade is left out, and what it asks for is told") {
  http::HeaderList headers;
  bool asks = false;
  CHECK_FALSE(read_headers({}, "+x-upgrade\nwebsocket\n+upgrade\nh2c\n", headers, &asks));
  CHECK_FALSE(asks);
  CHECK_FALSE(read_headers({}, "=UPGRADE\nWebSocket\n", headers, &asks));
  CHECK(asks);
  REQUIRE(headers.size() == 1);
}

}  // namespace edge::bindings
