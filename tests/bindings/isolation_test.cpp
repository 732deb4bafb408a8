// What belongs to one request is of no use in another.
#include <doctest/doctest.h>

#include "tests/support/test_worker.h"

using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {

TEST_CASE("isolation: a body and headers of another request are refused in Cloudflare's words") {
  TestWorker worker(R"(let kept = null;
const attempts = {
  body: () => kept.text(),
  headers: () => [...kept.headers],
  pass: () => new Response(kept.body),
  forward: () => fetch(kept),
};
export default { async fetch(request) {
  const name = new URL(request.url).pathname.slice(1);
  if (name === "keep") {
    kept = request;
    return new Promise(() => {});
  }
  try { const result = await attempts[name](); return result instanceof Response ? result : new Response("fine"); }
  catch (error) { return new Response(error.message); }
} };
)");
  auto first = worker.start({.method = "POST", .url = "https://example.com/keep", .body = "secret"});
  CHECK(worker.run_until([&] { return worker.worker().host().open_exchanges() == 1; }));
  worker.run_for(std::chrono::milliseconds(20));
  for (const char* what : {"body", "headers", "forward"}) {
    CAPTURE(what);
    const auto answer = worker.fetch({.url = std::string("https://example.com/") + what});
    CHECK(answer.body.starts_with("Cannot perform I/O on behalf of a different request."));
  }
  CHECK_FALSE(worker.fetch({.url = "https://example.com/pass"}).body.contains("secret"));
}

TEST_CASE("isolation: a promise of one request goes on in the request that waits for it") {
  TestWorker worker(R"(let release;
export default { async fetch(request) {
  if (request.url.endsWith("/wait")) {
    await new Promise((done) => { release = done; });
    return new Response(await request.text());
  }
  release();
  return new Response("released");
} };
)");
  auto first = worker.start({.method = "POST", .url = "https://example.com/wait", .body = "own body"});
  CHECK(worker.run_until([&] { return worker.worker().host().open_exchanges() == 1; }));
  worker.run_for(std::chrono::milliseconds(20));
  CHECK(worker.fetch().body == "released");
  REQUIRE(worker.run_until([&] { return first->has_value(); }));
  CHECK((*first)->body == "own body");
}

TEST_CASE("T75: what the cache keeps for one client is not given to another, nor to one that was revoked") {
  const std::string script = R"(export default { async fetch(request) {
  const key = "https://example.com/secret";
  if (request.method === "PUT") await caches.default.put(key, new Response(request.body));
  if (request.method === "DELETE") await caches.default.delete(key);
  return (await caches.default.match(key)) ?? new Response("nothing", { status: 404 });
} };
)";
  const auto client = [](const std::string& fingerprint, const std::string& revoked = "0") {
    tls::Peer peer;
    peer.client.edit().auth.fingerprint_sha256 = fingerprint;
    peer.client.edit().auth.verified = fingerprint.empty() ? "NONE" : "SUCCESS";
    peer.client.edit().auth.revoked = revoked;
    return std::make_shared<const tls::Peer>(peer);
  };
  const auto alice = client("aa"), bob = client("bb"), nobody = client("");
  const auto ask = [](TestWorker& worker, const std::shared_ptr<const tls::Peer>& peer,
                      const std::string& method = "GET") {
    return worker.fetch({.method = method,
                         .body = method == "PUT" ? std::optional<std::string>("alice's") : std::nullopt,
                         .peer = peer});
  };
  TestWorker worker(script);
  REQUIRE(ask(worker, alice, "PUT").body == "alice's");
  CHECK(ask(worker, bob).body == "nothing");
  CHECK(ask(worker, nobody).body == "nothing");
  CHECK(ask(worker, client("aa", "1")).body == "nothing");
  CHECK(ask(worker, bob, "DELETE").body == "nothing");
  CHECK(ask(worker, alice).body == "alice's");

  TestSettings settings;
  settings.site.cache_shared = true;
  TestWorker shared(script, std::move(settings));
  REQUIRE(ask(shared, alice, "PUT").body == "alice's");
  CHECK(ask(shared, bob).body == "alice's");
}

TEST_CASE("isolation: one request may use KV and the cache so often and not more") {
  TestSettings settings;
  settings.limits.store_calls = 3;
  TestWorker worker(R"(export default { async fetch() {
  let calls = 0;
  try { for (;; calls++) await caches.default.match("https://example.com/"); }
  catch (error) { return new Response(calls + " " + error.message); }
} };
)",
                    std::move(settings));
  CHECK(worker.fetch().body == "3 Too many API requests by single worker invocation.");
  CHECK(worker.fetch().body.starts_with("3 "));
}

}  // namespace edge::bindings
