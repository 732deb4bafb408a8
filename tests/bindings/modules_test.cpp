// Built-in modules as scripts that answer requests see them.
#include <doctest/doctest.h>

#include "tests/support/test_worker.h"

using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {

TEST_CASE("modules: node: modules need nodejs_compat") {
  const std::string script = "import { AsyncLocalStorage } from \"node:async_hooks\";\nexport default {};";
  TestSettings settings;
  settings.site.compatibility_date = "2026-01-01";
  CHECK(TestWorker::load_failure(script, std::move(settings)).contains("--compatibility-flag nodejs_compat"));
}

TEST_CASE("modules: cloudflare:workers has the environment, at the top level too") {
  TestSettings settings;
  settings.site.vars = {{.name = "MODE", .value = "strict"}};
  TestWorker worker(R"(import { env, WorkerEntrypoint } from "cloudflare:workers";
const mode = env.MODE;
export default class extends WorkerEntrypoint {
  fetch(request) { return new Response([mode, this.env.MODE, typeof this.ctx.waitUntil, request.method].join()); }
}
)",
                    std::move(settings));
  CHECK(worker.fetch().body == "strict,strict,function,GET");
}

TEST_CASE("modules: waitUntil of cloudflare:workers lets the event live on after its response") {
  TestWorker worker(R"(import { waitUntil } from "cloudflare:workers";
let log = "";
async function later() { await new Promise((done) => setTimeout(done, 30)); log += "done"; }
export default { fetch() { waitUntil(later()); return new Response(log); } };
)");
  CHECK(worker.fetch().body == "");
  CHECK(worker.worker().host().open_exchanges() == 1);
  CHECK(worker.run_until([&] { return worker.worker().host().open_exchanges() == 0; }));
  CHECK(worker.fetch().body == "done");
}

TEST_CASE("modules: what cloudflare:workers only names says so when it is made") {
  TestWorker worker(R"(import { DurableObject } from "cloudflare:workers";
class Counter extends DurableObject {}
export default { fetch() { try { new Counter(); } catch (error) { return new Response(error.message); } } };
)");
  CHECK(worker.fetch().body == "DurableObject is not available in edge-run");
}

TEST_CASE("modules: AsyncLocalStorage keeps requests apart that run at once") {
  TestSettings settings;
  settings.site.compatibility_flags = {"nodejs_compat"};
  TestWorker worker(R"(import { AsyncLocalStorage } from "node:async_hooks";
const storage = new AsyncLocalStorage();
const pause = () => new Promise((done) => setTimeout(done, 5));
export default { fetch(request) {
  return storage.run(request.url, async () => {
    await pause();
    await pause();
    return new Response(storage.getStore());
  });
} };
)",
                    std::move(settings));
  auto first = worker.start({.url = "https://example.com/1"});
  auto second = worker.start({.url = "https://example.com/2"});
  REQUIRE(worker.run_until([&] { return first->has_value() && second->has_value(); }));
  CHECK((*first)->body == "https://example.com/1");
  CHECK((*second)->body == "https://example.com/2");
}

}  // namespace edge::bindings
