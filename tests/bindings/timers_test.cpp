// setTimeout() and setInterval() of scripts.
#include "bindings/timers.h"

#include <doctest/doctest.h>

#include "tests/support/test_worker.h"

using namespace std::chrono_literals;
using edge::test::TestWorker;

namespace edge::bindings {

TEST_CASE("timers: they fire in the order of their times, and cleared ones never") {
  TestWorker worker(R"(export default { async fetch() {
    const order = [];
    setTimeout(() => order.push("c"), 30);
    setTimeout(() => order.push("a"), 0);
    const never = setTimeout(() => order.push("x"), 10);
    setTimeout((text) => { order.push(text); clearTimeout(never); }, 5, "b");
    await new Promise((resolve) => setTimeout(resolve, 60));
    return new Response(order.join(""));
  } };
)");
  CHECK(worker.fetch().body == "abc");
}

TEST_CASE("timers: an interval runs until it is cleared, by itself too") {
  TestWorker worker(R"(export default { async fetch() {
    let count = 0;
    await new Promise((resolve) => {
      const id = setInterval(() => { if (++count === 5) { clearInterval(id); resolve(); } }, 0);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return new Response(String(count));
  } };
)");
  CHECK(worker.fetch().body == "5");
  CHECK(worker.worker().host().timers.size() == 0);
}

TEST_CASE("timers: one request's exception in a timer does not answer another") {
  TestWorker worker(R"(export default { async fetch(request) {
    if (request.url.endsWith("/bad")) setTimeout(() => { throw new Error("in a timer"); }, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return new Response("fine");
  } };
)");
  auto other = worker.start({});
  CHECK(worker.fetch({.url = "https://example.com/bad"}).body == "fine");
  REQUIRE(worker.run_until([&] { return other->has_value(); }));
  CHECK((**other).body == "fine");
}

TEST_CASE("T80: a request cannot have timers without end") {
  TestWorker worker(R"(export default { fetch() {
    try {
      for (;;) setTimeout(() => {}, 60000);
    } catch (error) { return new Response(error.name); }
  } };
)");
  CHECK(worker.fetch().body == "RangeError");
  CHECK(worker.run_until([&] { return worker.worker().host().timers.size() == 0; }));
}

}  // namespace edge::bindings
