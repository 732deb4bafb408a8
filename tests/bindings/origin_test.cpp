// Where a script's requests go.
#include "bindings/origin.h"

#include <doctest/doctest.h>

namespace edge::bindings {

TEST_CASE("origin: only scheme, host and port make one") {
  for (const char* text : {"", "10.0.0.1:80", "ftp://a", "http://a/path", "http://a/?q", "http://user@a",
                           "http://a#x", "https://"}) {
    CAPTURE(text);
    CHECK_FALSE(origin_of(text));
  }
  auto plain = origin_of("http://127.0.0.1:9000");
  REQUIRE(plain);
  CHECK(plain->scheme == "http");
  CHECK(plain->host == "127.0.0.1");
  CHECK(plain->port == 9000);
  auto secure = origin_of("https://origin.example/");
  REQUIRE(secure);
  CHECK(secure->port == 443);
  auto six = origin_of("http://[::1]:81");
  REQUIRE(six);
  CHECK(six->host == "::1");
}

TEST_CASE("origin: a URL is taken apart as the URL standard has it") {
  auto url = fetch_url("https://EXAMPLE.com:443/a/../b?q=1#x");
  REQUIRE(url);
  CHECK(url->authority == "example.com");
  CHECK(url->target == "/b?q=1");
  CHECK(url->destination.port == 443);
  CHECK_FALSE(fetch_url("file:///etc/passwd"));
  CHECK_FALSE(fetch_url("no url"));
}

TEST_CASE("origin: one host has many spellings, and what is no host equals nothing") {
  CHECK(is_same_host("example.com", "EXAMPLE.com.:8443"));
  CHECK(is_same_host("[::1]:80", "[::1]"));
  CHECK_FALSE(is_same_host("example.com", "example.com.evil"));
  CHECK_FALSE(is_same_host("a b", "a c"));
}

}  // namespace edge::bindings
