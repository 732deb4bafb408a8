// Promises of natives: when they settle, under which event, and when never.
#include "runtime/js/promise.h"

#include <doctest/doctest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::Scope;
using edge::js::test::TestRealm;

namespace {

int guards_alive = 0;
struct Guard {
  Guard() { ++guards_alive; }
  Guard(const Guard&) { ++guards_alive; }
  ~Guard() { --guards_alive; }
};

Task<js::Result<std::string>> at_once(std::string text) { co_return text; }
Task<js::Result<>> fails_at_once() { co_return js::dom_exception("TimeoutError", "too late"); }

Task<js::Result<std::string>> after(double milliseconds, std::string text) {
  Guard guard;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(std::chrono::milliseconds(static_cast<int>(milliseconds)));
  co_await timer.async_wait(use_task);
  co_return text;
}

struct Box : js::Held {
  int value = 5;
  ~Box() override { value = -1; }
};
std::unique_ptr<Box> box_open() { return std::make_unique<Box>(); }
Task<js::Result<std::int32_t>> box_after(Box& box, double milliseconds) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(std::chrono::milliseconds(static_cast<int>(milliseconds)));
  co_await timer.async_wait(use_task);
  co_return box.value;
}

js::Result<Task<js::Result<std::string>>> only_in_event(Scope& scope) {
  if (!scope.realm.is_alive(scope.realm.current_event())) return js::plain_error("not outside an event");
  return at_once("inside");
}

Task<js::Result<std::string>> throws() {
  throw std::runtime_error("a bug");
  co_return "";
}

std::optional<js::Deferred> deferred;
v8::Local<v8::Value> defer(Scope& scope) {
  v8::Local<v8::Value> promise;
  deferred.emplace(scope, promise);
  return promise;
}
void settle_deferred(std::string text) { deferred->settle(js::Result<std::string>(text)); }

constexpr js::Native natives[] = {
    js::native<&at_once>("atOnce"),
    js::native<&fails_at_once>("failsAtOnce"),
    js::native<&after>("after"),
    js::native<&box_open>("boxOpen"),
    js::native<&box_after>("boxAfter"),
    js::native<&only_in_event>("onlyInEvent"),
    js::native<&throws>("throws"),
    js::native<&defer>("defer"),
    js::native<&settle_deferred>("settleDeferred"),
};

}  // namespace

TEST_CASE("a native task that completes at once does not drain microtasks early") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(export function go() {
      Promise.resolve().then(() => say("microtask"));
      native.atOnce("task").then(say);
      say("end of turn");
    })") == "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  CHECK(test.said_text() == "end of turn microtask");
  test.io.run();
  CHECK(test.said_text() == "end of turn microtask task");
  CHECK(test.realm->pending_operations() == 0);
}

TEST_CASE("a native task started inside the io_context settles in a turn of its own too") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(export async function go() {
      native.atOnce("task").then(say);
      await null; say("1"); await null; say("2"); await null; say("3");
    })") == "");
  const auto event = test.realm->begin_event();
  boost::asio::post(test.io, [&] { CHECK(test.run("go", event) == ""); });
  test.io.run();
  CHECK(test.said_text() == "1 2 3 task");
}

TEST_CASE("tasks settle in the order they end, with values and rejections") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(export function go() {
      native.after(40, "late").then(say);
      native.after(5, "early").then(say);
      native.failsAtOnce().catch((e) => say(e.name + ":" + (e instanceof DOMException)));
    })") == "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  test.io.run();
  CHECK(test.said_text() == "TimeoutError:true early late");
}

TEST_CASE("the current event follows promises, and is none at the top level") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(say(native.currentEvent());
    const shared = Promise.resolve();
    export async function go() {
      await native.after(1, ""); say(native.currentEvent());
      await shared; say(native.currentEvent());
      await { then(done) { say(native.currentEvent()); done() } };
      say(native.currentEvent());
    })") == "");
  const auto first = test.realm->begin_event();
  const auto second = test.realm->begin_event();
  REQUIRE(first == 1);
  REQUIRE(second == 2);
  CHECK(test.run("go", second) == "");
  test.io.run();
  CHECK(test.said_text() == "0 2 2 2 2");
}

TEST_CASE("T86: the promise of a dead event never settles, its task is cancelled and nothing leaks") {
  guards_alive = 0;
  TestRealm test(natives);
  REQUIRE(test.load(R"(export function go() {
      native.after(3600000, "x").then(() => say("settled"), () => say("rejected")).finally(() => say("finally"));
      native.after(3600000, "x").then(() => say("settled"), () => say("rejected"));
    })") == "");
  const auto event = test.realm->begin_event();
  CHECK(test.run("go", event) == "");
  test.io.poll();
  CHECK(test.realm->pending_operations() == 2);
  CHECK(guards_alive == 2);
  test.realm->end_event(event);
  CHECK_FALSE(test.realm->is_alive(event));
  test.io.restart();
  test.io.run();  // does not wait for the timers
  CHECK(test.said_text() == "");
  CHECK(test.realm->pending_operations() == 0);
  CHECK(guards_alive == 0);
}

TEST_CASE("a task that had ended when its event died does not settle either") {
  TestRealm test(natives);
  REQUIRE(test.load("export function go() { native.atOnce('x').then(say) }") == "");
  const auto event = test.realm->begin_event();
  CHECK(test.run("go", event) == "");
  test.realm->end_event(event);
  test.io.run();
  CHECK(test.said_text() == "");
  CHECK(test.realm->pending_operations() == 0);
}

TEST_CASE("what a dead event's continuation starts is not started") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(let wake; const gate = new Promise((done) => wake = done);
    export async function wait() { await gate; say("woken"); await native.after(1, ""); say("never") }
    export function open() { wake() })") == "");
  const auto dead = test.realm->begin_event();
  const auto alive = test.realm->begin_event();
  CHECK(test.run("wait", dead) == "");
  test.realm->end_event(dead);
  CHECK(test.run("open", alive) == "");
  CHECK(test.realm->pending_operations() == 0);
  test.io.run();
  CHECK(test.said_text() == "woken");
}

TEST_CASE("a Held argument lives until the task ends, though JavaScript let go of it") {
  TestRealm test(natives);
  REQUIRE(test.load("export function go() { native.boxAfter(native.boxOpen(), 20).then(say) }") == "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  {
    js::Turn turn(*test.realm);
    turn.isolate()->LowMemoryNotification();
  }
  test.io.run();
  CHECK(test.said_text() == "5");
}

TEST_CASE("a Realm that ends leaves its tasks behind, cancelled") {
  guards_alive = 0;
  TestRealm test(natives);
  REQUIRE(test.load("export function go() { native.after(3600000, 'x').then(say) }") == "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  test.io.poll();
  CHECK(guards_alive == 1);
  test.realm.reset();
  test.io.restart();
  test.io.run();
  CHECK(guards_alive == 0);
}

TEST_CASE("a native may refuse before its task starts") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(export function go() {
      try { native.onlyInEvent().then(say) } catch (e) { say(e.message) }
    })") == "");
  CHECK(test.run("go") == "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  test.io.run();
  CHECK(test.said_text() == "not outside an event inside");
}

TEST_CASE("a C++ exception out of a task rejects without telling more") {
  TestRealm test(natives);
  REQUIRE(test.load("export function go() { native.throws().catch((e) => say(e.message)) }") == "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  test.io.run();
  CHECK(test.said_text() == "internal error");
}

TEST_CASE("a Deferred settles in a turn of its own, even when a native settles it") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(export function go() {
      native.defer().then(say); native.settleDeferred("settled"); Promise.resolve().then(() => say("microtask")) })") ==
          "");
  CHECK(test.run("go", test.realm->begin_event()) == "");
  CHECK(test.said_text() == "microtask");
  test.io.run();
  CHECK(test.said_text() == "microtask settled");
  CHECK(test.realm->pending_operations() == 0);
}

TEST_CASE("a Deferred of a dead event is settled in vain") {
  TestRealm test(natives);
  REQUIRE(test.load("export function go() { native.defer().then(say) }") == "");
  const auto event = test.realm->begin_event();
  CHECK(test.run("go", event) == "");
  test.realm->end_event(event);
  settle_deferred("x");
  test.io.run();
  CHECK(test.said_text() == "");
  CHECK(test.realm->pending_operations() == 0);
}
