// Bodies in memory and from sources.
#include "runtime/http/body.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/http/loopback.h"
#include "tests/http/sources.h"

using namespace edge;
using namespace edge::test;
using http::Body;

TEST_CASE("body: null, empty and streaming differ") {
  const Body null;
  const Body empty{std::string()};
  const Body stream(std::make_unique<Pieces>(std::vector<std::string>{"a"}), std::nullopt);
  CHECK(null.is_null());
  CHECK_FALSE(empty.is_null());
  CHECK_FALSE(stream.is_null());
  CHECK(null.length() == std::nullopt);
  CHECK(empty.length() == 0);
  CHECK(stream.length() == std::nullopt);
  CHECK(stream.is_streaming());
  CHECK(stream.bytes().empty());
  CHECK(Body(std::string("abc")).bytes() == "abc");
}

TEST_CASE("body: bytes in memory are read piece by piece, and collect takes what is left") {
  Loopback loop;
  loop.run([&]() -> Task<> {
    Body body(std::string("abcdefg"));
    char into[3];
    auto count = co_await body.read(into);
    CHECK(std::string_view(into, *count) == "abc");
    auto left = co_await body.collect(100);
    CHECK(*left == "defg");
    count = co_await body.read(into);
    CHECK(*count == 0);
    left = co_await body.collect(100);
    CHECK(left->empty());
    Body null;
    count = co_await null.read(into);
    CHECK(*count == 0);
  });
}

TEST_CASE("body: collect joins a stream's pieces, whether its length is known or not") {
  Loopback loop;
  loop.run([&]() -> Task<> {
    for (const auto length : {std::optional<std::uint64_t>(200'003), std::optional<std::uint64_t>()}) {
      Body body(std::make_unique<Pieces>(
                    std::vector<std::string>{std::string(100'000, 'a'), "bcd", std::string(100'000, 'e')}),
                length);
      const auto all = co_await body.collect(1'000'000);
      CHECK(*all == std::string(100'000, 'a') + "bcd" + std::string(100'000, 'e'));
    }
  });
}

TEST_CASE("body: collect refuses more than its limit, announced or not") {
  Loopback loop;
  loop.run([&]() -> Task<> {
    Body memory(std::string(11, 'a'));
    Body announced(std::make_unique<Pieces>(std::vector<std::string>{"a"}), 11);
    Body silent(std::make_unique<Pieces>(std::vector<std::string>{"aaaaaa", "aaaaa"}), std::nullopt);
    for (Body* body : {&memory, &announced, &silent}) {
      const auto all = co_await body->collect(10);
      REQUIRE_FALSE(all);
      CHECK(all.error().kind == ErrorKind::limit);
    }
  });
}

TEST_CASE("body: a source's error is collect's error") {
  Loopback loop;
  loop.run([&]() -> Task<> {
    Body body(std::make_unique<Pieces>(std::vector<std::string>{"a"}, Error{ErrorKind::timeout, "late"}),
              std::nullopt);
    const auto all = co_await body.collect(10);
    REQUIRE_FALSE(all);
    CHECK(all.error().kind == ErrorKind::timeout);
  });
}
