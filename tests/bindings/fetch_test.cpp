// fetch(): to the site's origin, to the world, and what goes wrong on the way.
#include <doctest/doctest.h>

#include <thread>

#include "tests/support/test_origin.h"
#include "tests/support/test_worker.h"

using namespace std::chrono_literals;
using edge::test::ok;
using edge::test::TestOrigin;
using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

TestSettings with_origin(const TestOrigin& origin) {
  TestSettings settings;
  settings.network = true;
  settings.site.origin = origin.url();
  return settings;
}

constexpr const char* forward = "export default {\n fetch(request) { return fetch(request); } };\n";

}  // namespace

TEST_CASE("fetch: a request that is forwarded keeps method, path, Host, headers and body") {
  TestOrigin origin([](const std::string&) { return ok("made", "X-Origin: yes\r\n"); });
  TestWorker worker(forward, with_origin(origin));
  auto response = worker.fetch(
      {.method = "POST", .url = "https://example.com/a?b", .headers = {{"X-One", "1"}}, .body = "text"});
  CHECK(response.status == 200);
  CHECK(response.body == "made");
  CHECK(response.header("x-origin") == "yes");
  REQUIRE(origin.requests().size() == 1);
  const std::string request = origin.requests()[0];
  CHECK(request.starts_with("POST /a?b HTTP/1.1\r\n"));
  CHECK(request.contains("Host: example.com\r\n"));
  CHECK(request.contains("X-One: 1\r\n"));
  CHECK(request.ends_with("\r\n\r\ntext"));
}

TEST_CASE("fetch: what the URL standard writes otherwise reaches the origin as the script saw it") {
  TestOrigin origin([](const std::string&) { return ok("made"); });
  TestWorker worker(forward, with_origin(origin));
  for (const char* url :
       {"https://example.com/a/../b?c", "https://example.com:443/b?c", "https://EXAMPLE.com/b?c"}) {
    CAPTURE(url);
    CHECK(worker.fetch({.url = url}).body == "made");
    CHECK(origin.requests().back().starts_with("GET /b?c HTTP/1.1\r\n"));
  }
}

TEST_CASE("fetch: a redirect is followed with the headers of the request that no script looked at") {
  TestOrigin origin([](const std::string& request) -> std::string {
    if (request.starts_with("GET /end ")) return ok("end");
    return "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: /end\r\n\r\n";
  });
  TestWorker worker(
      "export default {\n fetch(request) { return fetch(request, { redirect: 'follow' }); } };\n",
      with_origin(origin));
  CHECK(worker.fetch({.headers = {{"X-One", "1"}}}).body == "end");
  REQUIRE(origin.requests().size() == 2);
  CHECK(origin.requests()[1].contains("X-One: 1\r\n"));
}

TEST_CASE("fetch: a large body passes through whole in both directions") {
  TestOrigin origin(
      [](const std::string& request) { return ok(request.substr(request.find("\r\n\r\n") + 4)); });
  TestWorker worker(forward, with_origin(origin));
  const std::string body(3'000'000, 'b');
  CHECK(worker.fetch({.method = "PUT", .body = body}).body == body);
}

TEST_CASE("fetch: the response of an origin can be changed on its way") {
  TestOrigin origin([](const std::string&) { return ok("abc", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"); });
  TestWorker worker(R"(export default { async fetch(request) {
    const answer = await fetch(request);
    const changed = new Response(answer.body, answer);
    changed.headers.set("X-Added", answer.headers.getSetCookie().join("|"));
    changed.headers.delete("set-cookie");
    return changed;
  } };
)",
                    with_origin(origin));
  auto response = worker.fetch();
  CHECK(response.body == "abc");
  CHECK(response.header("x-added") == "a=1|b=2");
  CHECK(response.header("set-cookie") == "");
}

TEST_CASE(
    "fetch: without an origin the request's own host cannot be reached, and the error names the remedy") {
  TestSettings settings;
  settings.network = true;
  TestWorker worker(R"(export default { async fetch(request) {
    return fetch(request).catch((error) => new Response(error.message));
  } };
)",
                    settings);
  CHECK(worker.fetch().body.contains("no origin is configured for this site: set --origin URL"));
}

TEST_CASE("fetch: another host is reached as its URL says, with its own Host") {
  TestOrigin other([](const std::string&) { return ok("other"); });
  TestSettings settings;
  settings.network = true;
  settings.site.origin = "http://127.0.0.1:1";
  settings.site.local_fetch = {"127.0.0.1"};
  TestWorker worker(
      "export default { async fetch() {\n return new Response('got ' + await (await fetch('" + other.url() +
          "/x', { method: 'POST', body: new ReadableStream({ start(c) { "
          "c.enqueue(new TextEncoder().encode('streamed')); c.close(); } }) })).text()); } };\n",
      settings);
  CHECK(worker.fetch().body == "got other");
  REQUIRE(other.requests().size() == 1);
  CHECK(other.requests()[0].starts_with("POST /x HTTP/1.1\r\n"));
  CHECK(other.requests()[0].contains("Host: " + other.url().substr(7)));
  CHECK(other.requests()[0].contains("streamed"));
}

TEST_CASE("fetch: what cannot be reached is a TypeError that names the host") {
  TestSettings settings;
  settings.network = true;
  settings.site.local_fetch = {"127.0.0.1"};
  TestWorker worker(R"(export default { async fetch() {
    return fetch("http://127.0.0.1:4/").catch((error) => new Response(`${error.name}: ${error.message}`));
  } };
)",
                    settings);
  CHECK(worker.fetch().body.starts_with("TypeError: fetch to 127.0.0.1 failed: "));
}

TEST_CASE("fetch: redirects are followed, and only as often as the standard allows") {
  TestOrigin origin([](const std::string& request) -> std::string {
    if (request.starts_with("GET /end ")) return ok("end");
    const char* location = request.starts_with("GET /loop ") ? "/loop" : "/end";
    return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + std::string(location) + "\r\n\r\n";
  });
  TestWorker worker(
      "export default { async fetch(request) {\n const path = new URL(request.url).pathname;\n "
      "return fetch('" +
          origin.url() + "' + path).catch((error) => new Response(error.message)); } };\n",
      with_origin(origin));
  CHECK(worker.fetch({.url = "https://example.com/start"}).body == "end");
  CHECK(worker.fetch({.url = "https://example.com/loop"}).body.contains("Too many redirects."));
}

TEST_CASE("fetch: one request may make so many and no more") {
  TestOrigin origin([](const std::string&) { return ok("x"); });
  TestSettings settings = with_origin(origin);
  settings.limits.subrequests = 3;
  TestWorker worker(R"(export default { async fetch(request) {
    let done = 0;
    try {
      for (;;) { await (await fetch(request.url)).text(); done++; }
    } catch (error) { return new Response(`${done} ${error.message}`); }
  } };
)",
                    settings);
  CHECK(worker.fetch().body.starts_with("3 Too many subrequests"));
}

TEST_CASE("fetch: an abort ends it, and rejects with the signal's reason") {
  TestOrigin origin([](const std::string&) {
    std::this_thread::sleep_for(300ms);
    return ok("late");
  });
  TestWorker worker(R"(export default { async fetch(request) {
    return fetch(request.url, { signal: AbortSignal.timeout(20) }).catch((error) => new Response(error.name));
  } };
)",
                    with_origin(origin));
  CHECK(worker.fetch().body == "TimeoutError");
  CHECK(worker.run_until([&] { return worker.worker().host().realm().pending_operations() == 0; }));
}

TEST_CASE("T86: a handler that waits for an origin for too long is a 504, and its fetch ends") {
  TestOrigin origin([](const std::string&) {
    std::this_thread::sleep_for(500ms);
    return ok("late");
  });
  TestSettings settings = with_origin(origin);
  settings.limits.handler_timeout = 50ms;
  TestWorker worker(forward, settings);
  CHECK(worker.fetch().status == 504);
  CHECK(worker.run_until([&] { return worker.worker().host().realm().pending_operations() == 0; }));
}

TEST_CASE("fetch: passThroughOnException forwards where the operator allowed it") {
  TestOrigin origin(
      [](const std::string& request) { return ok(request.substr(request.find("\r\n\r\n") + 4)); });
  TestSettings settings = with_origin(origin);
  settings.site.pass_through_on_exception = true;
  TestWorker worker(R"(export default { fetch(request, env, ctx) {
    ctx.passThroughOnException();
    throw new Error("x");
  } };
)",
                    settings);
  auto response = worker.fetch({.method = "POST", .body = "original"});
  CHECK(response.status == 200);
  CHECK(response.body == "original");
}

TEST_CASE("fetch: the forward preset's headers are ours, whatever the script sets") {
  TestOrigin origin([](const std::string&) { return ok("x"); });
  TestSettings settings = with_origin(origin);
  settings.site.forward = ForwardPreset::rfc9440;
  const auto ca = *tls::make_self_signed({.subject = {{"CN", "CA"}}, .extended_key_usage = {}, .ca = true});
  const auto alice = *tls::issue(ca, {.subject = {{"CN", "alice"}}});
  TestWorker worker(R"(export default { fetch(request) {
    const changed = new Request(request);
    changed.headers.set("Client-Cert", ":Zm9yZ2Vk:");
    return fetch(changed);
  } };
)",
                    settings);
  const auto peer = test::make_peer(ca, &alice);
  CHECK(worker.fetch({.peer = peer}).status == 200);
  REQUIRE(origin.requests().size() == 1);
  CHECK(origin.requests()[0].contains("Client-Cert: " + peer->client->auth.rfc9440 + "\r\n"));
  CHECK_FALSE(origin.requests()[0].contains("Zm9yZ2Vk"));
}

}  // namespace edge::bindings
