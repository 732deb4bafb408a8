// The handler for certificates that expire soon, in each syntax, and what counts as a failure.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <optional>

#include "tests/support/test_worker.h"

using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// Tells the script once; nothing when its handler did not end.
std::optional<bool> tell(TestWorker& worker) {
  std::optional<bool> good;
  boost::asio::co_spawn(worker.io(),
                        worker.worker().certificate_expiring(
                            R"({"kind":"client","site":"a","subject":"CN=Zoë","daysLeft":13})"),
                        [&](const std::exception_ptr& error, Result<> done) { good = !error && done; });
  worker.run_until([&] { return good.has_value(); });
  return good;
}

}  // namespace

TEST_CASE("certificateExpiring: what throws, late or early, has failed") {
  for (const char* body : {"throw new Error('x');", "await null; throw new Error('x');",
                           "ctx.waitUntil(Promise.reject(new Error('x')));"}) {
    CAPTURE(body);
    TestWorker worker("export default { fetch() {}, async certificateExpiring(alert, env, ctx) { " +
                      std::string(body) + " } };\n");
    CHECK(tell(worker) == false);
  }
}

TEST_CASE("certificateExpiring: a script without it has nothing to do") {
  TestWorker worker("export default { fetch() { return new Response('fine'); } };\n");
  CHECK(tell(worker) == true);
  CHECK(worker.fetch().body == "fine");
}

TEST_CASE("certificateExpiring: an object's handler gets the alert, which it cannot change, env and ctx") {
  TestWorker worker(R"(let log = "";
export default {
  fetch() { return new Response(log); },
  async certificateExpiring(alert, env, ctx) {
    log += [alert.kind, alert.site, alert.subject, alert.daysLeft, Object.isFrozen(alert), typeof env].join();
    ctx.waitUntil(new Promise((done) => setTimeout(done, 10)).then(() => { log += " later"; }));
  },
};
)");
  CHECK(tell(worker) == true);
  CHECK(worker.fetch().body == "client,a,CN=Zoë,13,true,object later");
}

TEST_CASE("certificateExpiring: classes and service-worker syntax") {
  TestWorker of_class(
      "import { WorkerEntrypoint } from 'cloudflare:workers';\nlet log = '';\n"
      "export default class extends WorkerEntrypoint { fetch() { return new Response(log); }\n"
      "  certificateExpiring(alert) { log += alert.kind + typeof this.ctx.waitUntil; } }\n");
  CHECK(tell(of_class) == true);
  CHECK(of_class.fetch().body == "clientfunction");
  TestWorker listener(R"(let log = "";
addEventListener("certificateexpiring", (event) => event.waitUntil((async () => { log += event.alert.kind; })()));
addEventListener("fetch", (event) => event.respondWith(new Response(log)));
)");
  CHECK(tell(listener) == true);
  CHECK(listener.fetch().body == "client");
}

}  // namespace edge::bindings
