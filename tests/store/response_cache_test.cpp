// What the Cache API stores: bounded, forgotten in the order of use, never given out stale.
#include "runtime/store/response_cache.h"

#include <doctest/doctest.h>

namespace edge::store {
namespace {

StoredResponse response(std::string body, std::int64_t expires_at = 100) {
  return {.reason = "", .headers = "", .body = std::move(body), .expires_at = expires_at};
}

}  // namespace

TEST_CASE("response cache: what expired is not found, and gives its memory back") {
  ResponseCache cache(10'000);
  cache.put("a", response("x", 50));
  CHECK(cache.find("a", 49)->body == "x");
  CHECK(cache.find("a", 50) == nullptr);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("response cache: the least recently used response gives way") {
  ResponseCache cache(3'000);
  cache.put("a", response(std::string(1'000, 'a')));
  cache.put("b", response(std::string(1'000, 'b')));
  auto kept = cache.find("a", 0);
  cache.put("c", response(std::string(1'000, 'c')));
  CHECK(cache.find("b", 0) == nullptr);
  CHECK(cache.find("a", 0) == kept);
  CHECK(cache.find("c", 0) != nullptr);
  CHECK(cache.bytes() <= 3'000);
}

TEST_CASE("response cache: what is larger than the memory is not stored, and replaces nothing silently") {
  ResponseCache cache(1'000);
  cache.put("a", response("old"));
  cache.put("a", response(std::string(2'000, 'x')));
  CHECK(cache.find("a", 0) == nullptr);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("response cache: a response in use outlives its place") {
  ResponseCache cache(1'000);
  cache.put("a", response("in use"));
  auto kept = cache.find("a", 0);
  CHECK(cache.remove("a", 0));
  CHECK_FALSE(cache.remove("a", 0));
  CHECK(kept->body == "in use");
}

TEST_CASE("response cache: what is stored again replaces what was") {
  ResponseCache cache(10'000);
  cache.put("a", response("one"));
  cache.put("a", response("two"));
  CHECK(cache.find("a", 0)->body == "two");
  CHECK(cache.bytes() < 600);
}

}  // namespace edge::store
