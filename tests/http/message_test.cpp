// Status codes and URLs of messages.
#include "runtime/http/message.h"

#include <doctest/doctest.h>

using namespace edge::http;

TEST_CASE("message: registered codes have their phrase, others none") {
  CHECK(reason_phrase(200) == "OK");
  CHECK(reason_phrase(421) == "Misdirected Request");
  CHECK(reason_phrase(418).empty());
  CHECK(reason_phrase(999).empty());
}

TEST_CASE("message: HEAD, 1xx, 204 and 304 carry no content") {
  CHECK(has_content(200, "GET"));
  CHECK(has_content(404, "POST"));
  CHECK(has_content(200, "head"));
  CHECK_FALSE(has_content(200, "HEAD"));
  for (const int status : {100, 103, 204, 304}) CHECK_FALSE(has_content(status, "GET"));
}

TEST_CASE("message: a request's URL is put together of its parts") {
  Request request;
  request.authority = "a.example:8443";
  request.target = "/x?y";
  CHECK(request.url() == "https://a.example:8443/x?y");
  CHECK(request.has_url("https://a.example:8443/x?y"));
  for (const char* other :
       {"", "http://a.example:8443/x?y", "https://a.example:8443/x", "https://a.example:8443/x?y#z",
        "https://a.example/x?y", "https://A.example:8443/x?y", "https:"})
    CHECK_FALSE_MESSAGE(request.has_url(other), other);
}
