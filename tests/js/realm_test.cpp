// Realms: several on a thread, visits inside visits, tasks of V8, rejections that nobody handles.
#include "runtime/js/realm.h"

#include <doctest/doctest.h>

#include <thread>

#include "runtime/base/log.h"
#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::Scope;
using edge::js::test::TestRealm;

namespace {

TestRealm* current = nullptr;
void reenter(std::string name) { CHECK(current->run(name, current->realm->begin_event()) == ""); }
constexpr js::Native natives[] = {js::native<&reenter>("reenter")};

}  // namespace

TEST_CASE("Realms come and go on one thread, one after the other and beside each other") {
  TestRealm first;
  CHECK(first.load("export const hello = () => say('first')") == "");
  for (int i = 0; i < 3; ++i) {
    TestRealm next;
    CHECK(next.load("export const hello = () => say('next')") == "");
    CHECK(first.run("hello") == "");
    CHECK(next.run("hello") == "");
    CHECK(next.said_text() == "next");
  }
  CHECK(first.said_text() == "first first first");
}

TEST_CASE("microtasks run when the outermost visit ends, and each visit has its own event") {
  TestRealm test(natives);
  current = &test;
  REQUIRE(test.load(R"(export function outer() {
      Promise.resolve().then(() => say("microtask of " + native.currentEvent()));
      native.reenter("inner");
      say("outer " + native.currentEvent());
    }
    export function inner() {
      say("inner " + native.currentEvent());
      Promise.resolve().then(() => say("microtask of " + native.currentEvent()));
    })") == "");
  const auto event = test.realm->begin_event();
  CHECK(test.run("outer", event) == "");
  CHECK(test.said_text() == "inner 2 outer 1 microtask of 1 microtask of 2");
  CHECK(test.realm->current_event() == js::no_event);
}

TEST_CASE("a call that fails tells message and stack, without frames of the bootstrap") {
  TestRealm test;
  REQUIRE(test.load("export function bad() {\n  null.x;\n}\nexport function odd() { throw 7 }") == "");
  CHECK(test.run("bad") ==
        "TypeError: Cannot read properties of null (reading 'x')\n    at bad (test.js:2:8)");
  CHECK(test.run("odd").starts_with("7\n    at test.js:4:"));
  js::Turn turn(*test.realm);
  CHECK(turn.call("nothing", {}).IsEmpty());
  CHECK(turn.failure() == "the bootstrap has no entry nothing");
}

TEST_CASE("event numbers are not used again while their event lives") {
  TestRealm test;
  const auto first = test.realm->begin_event();
  const auto second = test.realm->begin_event();
  CHECK(first != second);
  CHECK(test.realm->is_alive(first));
  test.realm->end_event(first);
  test.realm->end_event(first);
  CHECK_FALSE(test.realm->is_alive(first));
  CHECK(test.realm->is_alive(second));
  CHECK_FALSE(test.realm->is_alive(js::no_event));
}

TEST_CASE("V8's own tasks run from the io_context: a FinalizationRegistry hears of what was collected") {
  TestRealm test;
  REQUIRE(test.load(R"(const registry = new FinalizationRegistry(say);
    export function make() { registry.register({}, "collected") })") == "");
  CHECK(test.run("make") == "");
  {
    js::Turn turn(*test.realm);
    turn.isolate()->LowMemoryNotification();
  }
  test.io.run();
  CHECK(test.said_text() == "collected");
}

TEST_CASE("child: rejections" * doctest::skip()) {
  TestRealm test;
  REQUIRE(test.load(R"(export function go() {
      Promise.reject(new Error("nobody cares"));
      const handled = Promise.reject(new Error("handled at once")); handled.catch(() => {});
      const late = Promise.reject(new Error("handled late")); Promise.resolve().then(() => late.catch(() => {}));
      queueMicrotask?.(() => { throw new Error("thrown by a microtask") });
    }
    globalThis.queueMicrotask = undefined;)") == "");
  CHECK(test.run("go") == "");
  log::flush();
}

TEST_CASE("a rejection that nobody handles by the end of the visit is logged with its stack") {
  const auto child = js::test::run_in_child("child: rejections");
  CHECK(child.exit_code == 0);
  CHECK(child.output.contains("script.unhandled_rejection"));
  CHECK(child.output.contains("nobody cares"));
  CHECK(child.output.contains("test.js:2:22"));
  CHECK_FALSE(child.output.contains("handled at once"));
  CHECK_FALSE(child.output.contains("handled late"));
}

TEST_CASE("the bootstrap's unhandledRejection is told reason and promise, in the event of the rejection") {
  js::start_engine({});
  boost::asio::io_context io;
  js::test::Said said;
  const js::test::Tables tables{{std::span<const js::Native>(js::test::said_natives), natives}};
  auto builtins = tables.builtins();
  builtins.bootstrap = R"((native) => ({
    start() {},
    reject() { Promise.reject("why"); (async () => { await null; throw "late" })() },
    unhandledRejection(reason, promise) {
      native.say(reason + (promise instanceof Promise) + native.currentEvent());
      Promise.resolve().then(() => native.say("told"));
    },
  }))";
  auto realm = js::Realm::make(io, builtins, {}, {}, &said);
  REQUIRE(realm);
  const auto event = (*realm)->begin_event();
  {
    js::Turn turn(**realm, event);
    CHECK_FALSE(turn.call("reject", {}).IsEmpty());
  }
  CHECK(said.text() == "whytrue1 latetrue1 told told");
}

TEST_CASE("a bootstrap that fails makes no Realm and says why") {
  js::start_engine({});
  boost::asio::io_context io;
  const js::Builtins broken{{}, "(native) => { throw new Error('broken') }", {}};
  auto made = js::Realm::make(io, broken, {}, {}, nullptr);
  REQUIRE_FALSE(made);
  CHECK(made.error().message.starts_with("the bootstrap script failed: Error: broken"));
}

TEST_CASE("a frozen clock stands still within a visit, and goes on between visits") {
  TestRealm test({}, {.frozen_clock = true});
  REQUIRE(test.load(R"(let first;
    export function look() { first = Date.now(); for (let i = 0; i < 3e6; i++); say(Date.now() === first) }
    export function again() { say(Date.now() > first) })") == "");
  CHECK(test.run("look") == "");
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(test.run("again") == "");
  CHECK(test.said_text() == "true true");
}
