// Bindings of the configuration as scripts use them: services, certificates, rate limits, and what they
// refuse.
#include <doctest/doctest.h>

#include "tests/support/test_origin.h"
#include "tests/support/test_worker.h"

using edge::test::ok;
using edge::test::TestOrigin;
using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {

TEST_CASE("services: env.NAME.fetch() is answered by the other site's script, for the same client") {
  TestWorker auth(R"(export default { async fetch(request) {
    const { tlsClientAuth } = request.cf;
    const said = [request.method, new URL(request.url).pathname, request.headers.get("x-a"), await request.text(),
      tlsClientAuth.certPresented];
    return new Response(said.join(), { status: 201, headers: { "x-from": "auth" } });
  } };
)");
  TestSettings settings;
  settings.site.services = {{.binding = "AUTH", .service = "auth", .entrypoint = ""}};
  settings.handler_of = [&](std::string_view site) { return site == "auth" ? &auth.worker() : nullptr; };
  TestWorker worker(R"(export default { async fetch(request, env) {
    const init = { method: "POST", body: "ask", headers: { "X-A": "1" } };
    const answer = await env.AUTH.fetch("https://any.host/check", init);
    return new Response(`${answer.status} ${answer.headers.get("x-from")} ${await answer.text()}`);
  } };
)",
                    std::move(settings));
  const auto ca = tls::make_self_signed({.subject = {{"CN", "ca"}}, .ca = true}).value();
  const auto client = tls::issue(ca, {.subject = {{"CN", "client"}}}).value();
  auto answer = worker.start({.peer = test::make_peer(ca, &client)});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!answer->has_value() && std::chrono::steady_clock::now() < end) {
    worker.run_for(std::chrono::milliseconds(5));
    auth.run_for(std::chrono::milliseconds(5));
  }
  REQUIRE(answer->has_value());
  CHECK((*answer)->body == "201 auth POST,/check,1,ask,1");
}

TEST_CASE("services: a site that this process does not serve is named") {
  TestSettings settings;
  settings.site.services = {{.binding = "AUTH", .service = "auth", .entrypoint = ""}};
  TestWorker worker(R"(export default { fetch(request, env) {
    return env.AUTH.fetch(request).catch((error) => new Response(error.message));
  } };
)",
                    std::move(settings));
  CHECK(worker.fetch().body == "the site 'auth' is not served by this process");
}

TEST_CASE("services: an entrypoint is an export of that name, and no other answers for it") {
  const std::string other = R"(import { WorkerEntrypoint } from "cloudflare:workers";
export class Admin extends WorkerEntrypoint { fetch() { return new Response("admin"); } }
export const plain = 7;
export default { fetch() { return new Response("default"); } };
)";
  for (const auto& [entrypoint, status] : {std::pair{"Admin", 200}, {"plain", 500}, {"missing", 500}}) {
    CAPTURE(entrypoint);
    TestWorker* self = nullptr;
    TestSettings settings;
    settings.site.services = {{.binding = "OTHER", .service = "other", .entrypoint = entrypoint}};
    settings.handler_of = [&](std::string_view) { return &self->worker(); };
    TestWorker worker(
        other + "export const ask = { fetch(request, env) { return env.OTHER.fetch(request); } };\n" +
            "export { ask as Ask };\n",
        settings);
    self = &worker;
    // Asked by way of an entrypoint of its own, as a caller would be.
    auto answer = worker.fetch({.entrypoint = "ask"});
    CHECK(answer.status == status);
    if (status == 200) CHECK(answer.body == "admin");
  }
}

TEST_CASE("services: a script that calls itself comes to an end") {
  TestWorker* self = nullptr;
  TestSettings settings;
  settings.site.services = {{.binding = "SELF", .service = "self", .entrypoint = ""}};
  settings.handler_of = [&](std::string_view) { return &self->worker(); };
  TestWorker worker(R"(export default { async fetch(request, env) {
    try { return await env.SELF.fetch(request); } catch (error) { return new Response(error.message); }
  } };
)",
                    std::move(settings));
  self = &worker;
  CHECK(worker.fetch().body == "Subrequest depth limit exceeded: services call each other 16 times");
}

TEST_CASE("rate limits: limit() counts by key, and wants one") {
  TestSettings settings;
  settings.site.ratelimits = {
      {.binding = "LOGIN", .namespace_id = "1001", .limit = 2, .period = std::chrono::seconds(60)}};
  TestWorker worker(R"(export default { async fetch(request, env) {
    const key = new URL(request.url).pathname;
    if (key === "/none") return new Response(await env.LOGIN.limit({}).catch((error) => error.message));
    return new Response(JSON.stringify(await env.LOGIN.limit({ key })));
  } };
)",
                    std::move(settings));
  CHECK(worker.fetch({.url = "https://example.com/none"}).body == "limit(): the options have no key.");
  int passed = 0;
  for (int i = 0; i < 6; ++i)
    passed += worker.fetch({.url = "https://example.com/a"}).body == R"({"success":true})";
  CHECK(passed >= 2);
  CHECK(passed <= 4);  // a minute may end between
  CHECK(worker.fetch({.url = "https://example.com/b"}).body == R"({"success":true})");
}

TEST_CASE("T84: fetch() to an address of this machine is refused, and says how it may be let through") {
  TestOrigin other([](const std::string&) { return ok("secret"); });
  TestSettings settings;
  settings.network = true;
  settings.site.vars = {{.name = "TARGET", .value = other.url()}};
  const std::string script = R"(export default { async fetch(request, env) {
    try { return await fetch(env.TARGET); } catch (error) { return new Response(error.message); }
  } };
)";
  const auto refused = TestWorker(script, settings).fetch().body;
  CHECK(refused.contains("127.0.0.1 is an address of this machine"));
  CHECK(refused.contains("--local-fetch"));
  CHECK(other.requests().empty());
  settings.site.local_fetch = {other.url().substr(std::string("http://").size())};
  CHECK(TestWorker(script, settings).fetch().body == "secret");
}

TEST_CASE(
    "T84: a redirect to this machine is refused too, and the origin is reached by its own URL as well") {
  TestOrigin other([](const std::string&) { return ok("secret"); });
  TestOrigin origin([&](const std::string& request) {
    if (request.starts_with("GET /hop"))
      return "HTTP/1.1 302 Found\r\nLocation: " + other.url() + "/\r\nContent-Length: 0\r\n\r\n";
    return ok("own");
  });
  TestSettings settings;
  settings.network = true;
  settings.site.origin = origin.url();
  settings.site.vars = {{.name = "ORIGIN", .value = origin.url()}};
  TestWorker worker(R"(export default { async fetch(request, env) {
    const to = new URL(request.url).pathname === "/direct" ? env.ORIGIN : new Request(request.url);
    try { return await fetch(to); } catch (error) { return new Response("refused: " + error.message); }
  } };
)",
                    std::move(settings));
  CHECK(worker.fetch({.url = "https://example.com/"}).body == "own");
  CHECK(worker.fetch({.url = "https://example.com/hop"}).body.starts_with("refused"));
  CHECK(worker.fetch({.url = "https://example.com/direct"}).body == "own");
  CHECK(other.requests().empty());
}

}  // namespace edge::bindings
