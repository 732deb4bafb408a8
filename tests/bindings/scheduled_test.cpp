// Scheduled handlers in each syntax: what they are given, how long they live, and what is a failure.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <optional>

#include "tests/support/test_worker.h"

using namespace std::chrono_literals;
using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// Runs the handler once; nothing when it did not end.
std::optional<bool> run(TestWorker& worker) {
  std::optional<bool> good;
  boost::asio::co_spawn(worker.io(),
                        worker.worker().scheduled({.cron = "*/5 * * * *", .time_ms = 1'700'000'100'000}),
                        [&](const std::exception_ptr& error, Result<> done) { good = !error && done; });
  worker.run_until([&] { return good.has_value(); });
  return good;
}

TestSettings with_cron() {
  TestSettings settings;
  settings.site.crons = {"*/5 * * * *"};
  return settings;
}

const std::string tell = "fetch() { return new Response(log); }";

}  // namespace

TEST_CASE("scheduled: a site with crons needs a handler for them") {
  CHECK(TestWorker::load_failure("export default { fetch() {} };\n", with_cron())
            .contains("Handler does not export a scheduled() function"));
  CHECK(TestWorker::load_failure("addEventListener('fetch', () => {});\n", with_cron())
            .contains("No event listener registered for scheduled events."));
  CHECK(TestWorker::load_failure("export default { scheduled() {} };\n", with_cron()) == "");
}

TEST_CASE("scheduled: an object's handler gets controller, env and ctx, and waitUntil belongs to the run") {
  TestWorker worker(
      "let log = ''; const pause = () => new Promise((done) => setTimeout(done, 20));\n"
      "export default { " +
          tell + R"(,
    async scheduled(controller, env, ctx) {
      log += [controller.cron, controller.scheduledTime, controller.type, controller.noRetry()].join();
      ctx.waitUntil(pause().then(() => { log += " later"; }));
      await null;
    } };
)",
      with_cron());
  CHECK(run(worker) == true);
  CHECK(worker.fetch().body == "*/5 * * * *,1700000100000,scheduled, later");
  CHECK(worker.run_until([&] { return worker.worker().host().open_exchanges() == 0; }));
}

TEST_CASE("scheduled: classes and service-worker syntax") {
  TestWorker of_class(
      "let log = '';\nimport { WorkerEntrypoint } from 'cloudflare:workers';\n"
      "export default class extends WorkerEntrypoint { " +
          tell + " scheduled(controller) { log += controller.cron + typeof this.ctx.waitUntil; } }\n",
      with_cron());
  CHECK(run(of_class) == true);
  CHECK(of_class.fetch().body == "*/5 * * * *function");
  TestWorker listener(R"(let log = "";
addEventListener("scheduled", (event) => event.waitUntil((async () => { log += event.cron + event.scheduledTime; })()));
addEventListener("fetch", (event) => event.respondWith(new Response(log)));
)",
                      with_cron());
  CHECK(run(listener) == true);
  CHECK(listener.fetch().body == "*/5 * * * *1700000100000");
}

TEST_CASE("scheduled: what throws, late or early, has failed") {
  for (const char* body : {"throw new Error('x');", "await null; throw new Error('x');",
                           "ctx.waitUntil(Promise.reject(new Error('x')));"}) {
    CAPTURE(body);
    TestWorker worker("export default { async scheduled(c, e, ctx) { " + std::string(body) + " } };\n",
                      with_cron());
    CHECK(run(worker) == false);
  }
}

TEST_CASE("scheduled: a run that does not end is ended") {
  TestSettings settings = with_cron();
  settings.limits.scheduled_timeout = 100ms;
  TestWorker worker("export default { scheduled() { return new Promise(() => {}); } };\n",
                    std::move(settings));
  CHECK(run(worker) == false);
  CHECK(worker.run_until([&] { return worker.worker().host().open_exchanges() == 0; }));
}

TEST_CASE("scheduled: a script for crons alone answers requests with an error") {
  TestWorker worker("export default { scheduled() {} };\n", with_cron());
  CHECK(worker.fetch().status == 500);
}

}  // namespace edge::bindings
