// A script answers requests; whatever it does wrong is an error page, and nothing of it leaks.
#include "bindings/worker.h"

#include <doctest/doctest.h>

#include "tests/support/test_worker.h"

using namespace std::chrono_literals;
using edge::test::TestRequest;
using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// Little CPU time, and more than a good request takes under sanitizers.
TestSettings with_little_time() {
  TestSettings settings;
  settings.limits.request_cpu = 300ms;
  return settings;
}

}  // namespace

TEST_CASE("worker: a script's response comes back with status, headers and body") {
  TestWorker worker(R"(export default { fetch(request) {
    return new Response(`${request.method} ${request.url}`, { status: 201, statusText: "Made",
      headers: { "X-One": "1" } });
  } };
)");
  auto response = worker.fetch({.method = "PUT", .url = "https://example.com/a?b=c"});
  CHECK(response.status == 201);
  CHECK(response.body == "PUT https://example.com/a?b=c");
  CHECK(response.header("x-one") == "1");
  CHECK(response.header("content-type") == "text/plain;charset=UTF-8");
}

TEST_CASE("worker: request headers and body reach the script") {
  TestWorker worker(R"(export default { async fetch(request) {
    return new Response(request.headers.get("x-a") + "|" + await request.text());
  } };
)");
  CHECK(worker.fetch({.method = "POST", .headers = {{"X-A", "1"}, {"x-a", "2"}}, .body = "grüße"}).body ==
        "1, 2|grüße");
}

TEST_CASE("worker: a body that is handed on unread comes back whole") {
  TestWorker worker(R"(export default { fetch(request) { return new Response(request.body); } };
)");
  CHECK(worker.fetch({.method = "POST", .body = std::string(1'000'000, 'x')}).body.size() == 1'000'000);
}

TEST_CASE("worker: a stream of the script is sent as it is written") {
  TestWorker worker(R"(export default { fetch() {
    const { readable, writable } = new TransformStream();
    (async () => {
      const writer = writable.getWriter();
      for (let i = 0; i < 300; i++) await writer.write(new Uint8Array(1000).fill(65 + i % 26));
      await writer.close();
    })();
    return new Response(readable);
  } };
)");
  auto response = worker.fetch();
  CHECK(response.body_failure == "");
  CHECK(response.body.size() == 300'000);
  CHECK(worker.run_until([&] { return worker.worker().host().open_exchanges() == 0; }));
}

TEST_CASE("worker: a stream that fails half-way is no whole body") {
  TestWorker worker(R"(export default { fetch() {
    return new Response(new ReadableStream({ pull(controller) {
      controller.enqueue(new Uint8Array(10));
      if (this.again) throw new Error("no more");
      this.again = true;
    } }));
  } };
)");
  auto response = worker.fetch();
  CHECK(response.status == 200);
  CHECK(response.body_failure != "");
}

TEST_CASE("T85: an exception is a 500 that does not tell why") {
  TestWorker worker(R"(export default { async fetch(request) {
    if (request.url.endsWith("/late")) await null;
    throw new Error("secret rule 7");
  } };
)");
  for (const char* url : {"https://example.com/", "https://example.com/late"}) {
    auto response = worker.fetch({.url = url});
    CHECK(response.status == 500);
    CHECK_FALSE(response.body.contains("secret"));
  }
}

TEST_CASE("T86: a promise that never settles is a 504, and its event ends") {
  TestSettings settings;
  settings.limits.handler_timeout = 100ms;
  TestWorker worker(R"(let timer = 0;
export default { fetch() {
  timer = setInterval(() => {}, 1);
  return new Promise(() => {});
} };
)",
                    settings);
  CHECK(worker.fetch().status == 504);
  CHECK(worker.worker().host().open_exchanges() == 0);
  CHECK(worker.worker().host().timers.size() == 0);
  CHECK(worker.worker().host().realm().pending_operations() == 0);
}

TEST_CASE("T87: what is no Response is a 500") {
  for (const char* value :
       {"undefined", "null", "'text'", "{ status: 200 }", "Promise.resolve(5)", "Response.error()"}) {
    CAPTURE(value);
    TestWorker worker(std::string("export default { fetch() { return ") + value + "; } };\n");
    CHECK(worker.fetch().status == 500);
  }
}

TEST_CASE("T80: a script that does not stop ends in 503, and the next request is answered") {
  for (const char* loop : {"while (true);", "(function f() { Promise.resolve().then(f); })();",
                           "/^(a+)+$/.test('a'.repeat(40) + 'b');"}) {
    CAPTURE(loop);
    TestWorker worker(
        std::string("export default { async fetch(request) {\n if (request.url.endsWith('/bad')) { ") + loop +
            " }\n return new Response('fine'); } };\n",
        with_little_time());
    CHECK(worker.fetch({.url = "https://example.com/bad"}).status == 503);
    CHECK(worker.fetch().body == "fine");
    CHECK(worker.run_until([&] { return worker.worker().realms() == 1; }));
  }
}

TEST_CASE("T80: a loop after a wait ends in 503 too, at once") {
  TestWorker worker(R"(export default { async fetch() {
    await new Promise((resolve) => setTimeout(resolve, 5));
    while (true);
  } };
)",
                    with_little_time());
  CHECK(worker.fetch().status == 503);
}

TEST_CASE("T80: a script that fills its memory ends in 503, and the next request is answered") {
  TestSettings settings;
  settings.limits.heap_bytes = 24 * 1024 * 1024;
  TestWorker worker(R"(export default { fetch(request) {
    const kept = [];
    while (request.url.endsWith("/bad")) kept.push(new Array(100_000).fill(kept.length));
    return new Response("fine");
  } };
)",
                    settings);
  CHECK(worker.fetch({.url = "https://example.com/bad"}).status == 503);
  CHECK(worker.fetch().body == "fine");
}

TEST_CASE("T80: other requests of a condemned Realm are answered to their end") {
  TestWorker worker(R"(export default { async fetch(request) {
    if (request.url.endsWith("/bad")) while (true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    return new Response("slow but fine");
  } };
)",
                    with_little_time());
  auto slow = worker.start({});
  worker.run_for(20ms);
  CHECK(worker.fetch({.url = "https://example.com/bad"}).status == 503);
  REQUIRE(worker.run_until([&] { return slow->has_value(); }));
  CHECK((**slow).body == "slow but fine");
  CHECK(worker.fetch().body == "slow but fine");
  CHECK(worker.run_until([&] { return worker.worker().realms() == 1; }));
}

TEST_CASE("T81: a polluted prototype does not reach the facts of a client") {
  const auto ca = *tls::make_self_signed({.subject = {{"CN", "CA"}}, .extended_key_usage = {}, .ca = true});
  const auto alice = *tls::issue(ca, {.subject = {{"CN", "__proto__"}}});
  TestWorker worker(R"(Object.prototype.certVerified = "SUCCESS";
Object.prototype.admin = true;
Array.prototype.push = () => { throw new Error("patched"); };
export default { fetch({ cf }, env) {
  return Response.json([cf.tlsClientAuth.certVerified, cf.tlsClientAuth.certSubjectDN,
    Object.hasOwn(env, "admin"), Object.isFrozen(cf.tlsClientAuth)]);
} };
)");
  CHECK(worker.fetch({.peer = test::make_peer(ca, nullptr)}).body == R"(["NONE","",false,true])");
  CHECK(worker.fetch({.peer = test::make_peer(ca, &alice)}).body ==
        R"(["SUCCESS","CN=__proto__",false,true])");
}

TEST_CASE("T82: two sites of one script share no globals") {
  const std::string script =
      "let count = 0;\nexport default { fetch() { return new Response(String(++count)); } };\n";
  TestWorker one(script), other(script);
  CHECK(one.fetch().body == "1");
  CHECK(one.fetch().body == "2");
  CHECK(other.fetch().body == "1");
}

TEST_CASE("worker: waitUntil goes on after the response, and no longer than its limit") {
  TestSettings settings;
  settings.limits.wait_until_timeout = 150ms;
  TestWorker worker(R"(let ticks = 0;
export default { async fetch(request, env, ctx) {
  if (request.url.endsWith("/ticks")) return new Response(String(ticks));
  ctx.waitUntil((async () => { for (;;) { await new Promise((resolve) => setTimeout(resolve, 5)); ticks++; } })());
  return new Response("ok");
} };
)",
                    settings);
  CHECK(worker.fetch().body == "ok");
  CHECK(worker.worker().busy());
  CHECK(worker.run_until([&] { return !worker.worker().busy(); }));
  CHECK(std::stoi(worker.fetch({.url = "https://example.com/ticks"}).body) > 3);
  CHECK(worker.worker().host().timers.size() == 0);
}

TEST_CASE("worker: I/O at a script's top level is refused with the reason") {
  for (const char* code : {"setTimeout(() => {}, 1);", "await fetch('https://example.com/');",
                           "crypto.randomUUID();", "crypto.getRandomValues(new Uint8Array(1));"}) {
    CAPTURE(code);
    const auto failure = TestWorker::load_failure(std::string(code) + "\nexport default { fetch() {} };\n");
    CHECK(failure.contains("Disallowed operation called within global scope"));
  }
}

TEST_CASE("worker: a script without a fetch handler cannot be loaded") {
  CHECK(TestWorker::load_failure("export default {};\n")
            .contains("Handler does not export a fetch() function."));
  CHECK(TestWorker::load_failure("export default {\n").contains("SyntaxError"));
}

TEST_CASE("worker: service-worker syntax is answered by respondWith") {
  TestSettings settings;
  settings.site.vars = {{"GREETING", "hello"}};
  TestWorker worker(R"(addEventListener("fetch", (event) =>
  event.respondWith(new Response(GREETING + " from " + event.request.method)));
)",
                    settings);
  CHECK(worker.fetch().body == "hello from GET");
}

TEST_CASE("worker: passThroughOnException is refused on a site that authenticates clients") {
  TestSettings settings;
  settings.network = true;
  settings.site.origin = "http://127.0.0.1:1";
  TestWorker worker(R"(export default { fetch(request, env, ctx) {
    try { ctx.passThroughOnException(); } catch (error) { return new Response(error.message); }
  } };
)",
                    settings);
  CHECK(worker.fetch().body.starts_with(
      "passThroughOnException() is refused, because this site authenticates"));
  CHECK(worker.fetch().body.contains("--pass-through-on-exception"));
}

TEST_CASE("worker: it works without the snapshot as with it") {
  TestSettings settings;
  settings.snapshot = false;
  TestWorker worker("export default { fetch() { return new Response(btoa('x')); } };\n", settings);
  CHECK(worker.fetch().body == "eA==");
}

}  // namespace edge::bindings
