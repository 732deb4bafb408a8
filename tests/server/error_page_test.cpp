// The answers that are ours: their status codes, and what they keep to themselves.
#include "runtime/server/error_page.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace edge;
using namespace edge::server;

TEST_CASE("every failure has the status that its row of the header names") {
  const std::vector<std::pair<Failure, int>> statuses = {
      {Failure::bad_request, 400},      {Failure::refused_client, 403}, {Failure::misdirected, 421},
      {Failure::body_timeout, 408},     {Failure::too_large, 413},      {Failure::uri_too_long, 414},
      {Failure::header_too_large, 431}, {Failure::exception, 500},      {Failure::invalid_answer, 500},
      {Failure::internal, 500},         {Failure::unsupported, 501},    {Failure::no_origin, 502},
      {Failure::bad_origin, 502},       {Failure::script_limit, 503},   {Failure::unavailable, 503},
      {Failure::handler_timeout, 504},  {Failure::origin_timeout, 504}, {Failure::version, 505},
  };
  for (const auto& [failure, status] : statuses) CHECK(error_page(failure).status == status);
}

TEST_CASE("scripts' failures carry Cloudflare's codes") {
  CHECK(error_page(Failure::exception).body.bytes() == "error code: 1101\n");
  CHECK(error_page(Failure::invalid_answer).body.bytes() == "error code: 1101\n");
  CHECK(error_page(Failure::script_limit).body.bytes() == "error code: 1102\n");
}

TEST_CASE("T89: a page says status and request id, nothing else") {
  CHECK(error_page(Failure::misdirected).body.bytes() == "421 Misdirected Request\n");
  const http::Response page = error_page(Failure::refused_client, "0123456789abcdef");
  CHECK(page.body.bytes() == "403 Forbidden\nrequest 0123456789abcdef\n");
  CHECK(page.headers.find("cache-control") == "no-store");
  CHECK(page.headers.find("content-type") == "text/plain; charset=utf-8");
  CHECK(page.headers.size() == 2);
}

TEST_CASE("a framing problem's page has the problem's status") {
  for (const int status : {400, 413, 414, 417, 431, 501, 505})
    CHECK(error_page_for_status(status).status == status);
  CHECK(error_page_for_status(431, "id").body.bytes() == "431 Request Header Fields Too Large\nrequest id\n");
}
