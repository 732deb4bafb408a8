// Headers that came from the network, which JavaScript holds unread: changed, copied, read late, and sent on.
#include <doctest/doctest.h>

#include "tests/support/test_origin.h"
#include "tests/support/test_worker.h"

using edge::test::ok;
using edge::test::TestOrigin;
using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// What `statements` make of the headers that came, as `headers`; they end with the answer's text.
std::string told(const std::string& statements) {
  TestWorker worker("export default { fetch(request) {\n const headers = new Headers(request.headers);\n" +
                    statements + "\n} };\n");
  return worker.fetch({.headers = {{"X-One", "1"}, {"x-two", "2"}, {"X-one", "3"}}}).body;
}

}  // namespace

TEST_CASE("received headers: an incoming request's cannot be changed") {
  CHECK(
      told("try { request.headers.set('a', 'b'); } catch (error) { return new Response(error.message); }") ==
      "Can't modify immutable headers.");
  CHECK(told("try { headers.set('a b', 'c'); } catch (error) { return new Response(error.message); }") ==
        "Invalid header name.");
  CHECK(told("try { headers.set('a', 'c\\nd: e'); } catch (error) { return new Response(error.message); }") ==
        "Invalid header value.");
}

TEST_CASE("received headers: changes are seen in their order, whenever somebody looks") {
  constexpr const char* all = " return new Response([...headers].map((pair) => pair.join('=')).join(' '));";
  CHECK(told(all) == "x-one=1, 3 x-two=2");
  CHECK(told(std::string("headers.set('X-ONE', 'a'); headers.append('x-three', 'b');") + all) ==
        "x-one=a x-three=b x-two=2");
  CHECK(told(std::string("headers.delete('x-one'); headers.append('X-One', 'a'); headers.delete('none');") +
             all) == "x-one=a x-two=2");
  CHECK(
      told(
          std::string(
              "headers.set('a', '1'); headers.get('a'); headers.append('a', '2'); headers.delete('x-two');") +
          all) == "a=1, 2 x-one=1, 3");
  CHECK(told(std::string("for (const [name] of headers) headers.set(name, name);") + all) ==
        "x-one=x-one x-two=x-two");
}

TEST_CASE("received headers: a copy knows nothing of later changes, and the original nothing of its own") {
  CHECK(told(R"(headers.set("x-two", "a");
    const copy = new Headers(headers);
    copy.set("x-two", "b");
    headers.append("x-two", "c");
    return new Response([request.headers, headers, copy].map((list) => list.get("X-Two")).join(" "));)") ==
        "2 a, c b");
  CHECK(told(R"(const again = new Request(request, { headers: { "x-two": "4" } });
    const third = new Request(request);
    third.headers.delete("x-two");
    return new Response([again, third, request].map((one) => `${one.headers.get("x-one")} ${one.headers.has("x-two")}`)
      .join("; "));)") == "null true; 1, 3 false; 1, 3 true");
}

TEST_CASE("received headers: what a script keeps of a request outlives it") {
  TestWorker worker(R"(let kept = null;
export default { fetch(request) {
  if (kept === null) {
    kept = new Headers(request.headers);
    return new Response("kept");
  }
  kept.append("x-one", request.headers.get("x-one"));
  return new Response(kept.get("x-one"));
} };
)");
  CHECK(worker.fetch({.headers = {{"X-One", "1"}}}).body == "kept");
  CHECK(worker.fetch({.headers = {{"X-One", "2"}}}).body == "1, 2");
  CHECK(worker.fetch({.headers = {{"X-One", "3"}}}).body == "1, 2, 3");
}

TEST_CASE("received headers: changes go to the origin, and those of its response to the client") {
  TestOrigin origin([](const std::string&) { return ok("made", "X-A: 1\r\nx-b: 2\r\nX-A: 3\r\n"); });
  TestSettings settings;
  settings.network = true;
  settings.site.origin = origin.url();
  TestWorker worker(R"(export default { async fetch(request) {
  const headers = new Headers(request.headers);
  headers.set("X-GONE", "no");
  headers.delete("x-gone");
  headers.set("x-ONE", "a");
  headers.append("X-One", "b");
  const answer = await fetch(new Request(request, { headers }));
  const changed = new Response(answer.body, answer);
  changed.headers.set("x-a", `${answer.headers.get("x-a")}; 4`);
  changed.headers.append("X-B", "5");
  return changed;
} };
)",
                    settings);
  const auto response =
      worker.fetch({.headers = {{"X-One", "1"}, {"X-Gone", "2"}, {"X-Kept", "3"}, {"x-one", "4"}}});
  REQUIRE(origin.requests().size() == 1);
  CHECK(origin.requests()[0].contains("\r\nx-ONE: a\r\nX-Kept: 3\r\nX-One: b\r\n"));
  CHECK_FALSE(origin.requests()[0].contains("one: 4"));
  CHECK(response.body == "made");
  CHECK(response.header("x-a") == "1, 3; 4");
  CHECK(response.headers.count("x-a") == 1);
  CHECK(response.headers.count("x-b") == 2);
}

}  // namespace edge::bindings
