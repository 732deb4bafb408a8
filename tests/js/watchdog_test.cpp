// T80: scripts that take too long, use too much stack or memory, and what is left after them.
#include "runtime/js/watchdog.h"

#include <doctest/doctest.h>

#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::RealmOptions;
using edge::js::test::TestRealm;

namespace {

std::int64_t thread_cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}
/// A native that does not look whether it should end, as some of V8's own do not.
void burn(double milliseconds) {
  const auto end = thread_cpu_ms() + static_cast<std::int64_t>(milliseconds);
  while (thread_cpu_ms() < end) {}
}
constexpr js::Native natives[] = {js::native<&burn>("burn")};

// Far more than what a test does beside, also under sanitizers.
const RealmOptions quick{.turn_cpu = std::chrono::milliseconds(200),
                         .event_cpu = std::chrono::milliseconds(200)};

/// Runs `body` as a function of a script; expects that a limit ends it, and that a fresh Realm works after
/// it.
void check_is_stopped(const std::string& body, const RealmOptions& options, std::string_view why) {
  CAPTURE(body);
  {
    TestRealm test(natives, options);
    REQUIRE(
        test.load("export function go() { " + body + " }\n" +
                  "export function fine() { say('fine'); Promise.resolve().then(() => say('microtask')) }") ==
        "");
    CHECK_FALSE(test.realm->condemned());
    CHECK(test.run("go", test.realm->begin_event()) == "");
    CHECK(test.realm->condemned());
    CHECK(test.realm->condemned_why() == why);
    // C++ can go on with it, for the sake of other events that are not over yet.
    CHECK(test.run("fine") == "");
    CHECK(test.said_text() == "fine microtask");
  }
  TestRealm fresh(natives, options);
  REQUIRE(fresh.load("export function fine() { say('fine') }") == "");
  CHECK(fresh.run("fine") == "");
  CHECK(fresh.said_text() == "fine");
  CHECK_FALSE(fresh.realm->condemned());
}

}  // namespace

TEST_CASE("T80: while (true) is stopped and the next turn works in a fresh Realm") {
  check_is_stopped("while (true) {}", quick, "CPU");
  check_is_stopped("try { while (true) {} } finally { while (true) {} }", quick, "CPU");
  check_is_stopped("while (true) { try { throw 1 } catch {} }", quick, "CPU");
}

TEST_CASE("T80: an event that comes in many short visits is stopped when their sum is too much") {
  TestRealm test(natives, quick);
  REQUIRE(test.load("export function go() { native.burn(50) }") == "");
  const auto event = test.realm->begin_event();
  int visits = 0;
  while (visits < 40 && !test.realm->condemned()) {
    test.run("go", event);
    ++visits;
  }
  CHECK(test.realm->condemned_why() == "CPU");
  CHECK(visits > 3);   // 200 ms
  CHECK(visits < 12);  // half as much again until CPU time is looked at, and what the watchdog needs
}

TEST_CASE("T80: many events of short visits are not stopped") {
  TestRealm test(natives, quick);
  REQUIRE(test.load("export function go() { native.burn(50) }") == "");
  for (int i = 0; i < 12; ++i) test.run("go", test.realm->begin_event());
  CHECK_FALSE(test.realm->condemned());
}

TEST_CASE("T80: a storm of microtasks is stopped") {
  check_is_stopped("const storm = () => Promise.resolve().then(storm); storm();", quick, "CPU");
  check_is_stopped("(async () => { while (true) await null })();", quick, "CPU");
}

TEST_CASE("T80: a backtracking regular expression is stopped") {
  check_is_stopped("/^(a+)+$/.test('a'.repeat(40) + 'b');", quick, "CPU");
}

TEST_CASE("T80: endless work in built-in functions and callbacks is stopped") {
  check_is_stopped("Array.from({ length: 1e6 }, (_, i) => i).sort(() => { for (;;); });", quick, "CPU");
  check_is_stopped("({ get x() { for (;;); } }).x;", quick, "CPU");
  check_is_stopped("for (let i = 0n; ; i += 7n ** 1000n);", quick, "CPU");
}

TEST_CASE("T80: recursion without end is a RangeError and costs nobody else") {
  TestRealm test(natives, {.stack_bytes = 256 * 1024});
  REQUIRE(test.load(R"(export function go() {
      const deep = () => deep() + 1;
      try { deep() } catch (e) { say(e instanceof RangeError) }
      try { JSON.parse("[".repeat(1e6)) } catch (e) { say(e.name) }
    })") == "");
  CHECK(test.run("go") == "");
  CHECK(test.said.lines.at(0) == "true");
  CHECK_FALSE(test.realm->condemned());
}

TEST_CASE("T80: a heap that grows without end condemns its Realm") {
  const RealmOptions small{.heap_bytes = 32 * 1024 * 1024};
  check_is_stopped("const all = []; while (true) all.push({ a: [1, 2, 3], b: 'x' + all.length });", small,
                   "memory");
  check_is_stopped("const map = new Map(); for (let i = 0; ; ++i) map.set('k' + i, { i });", small, "memory");
}

TEST_CASE("T80: a big ArrayBuffer is a RangeError, and so are many small ones") {
  TestRealm test(natives, {.heap_bytes = 32 * 1024 * 1024});
  REQUIRE(test.load(R"(export function go() {
      try { new ArrayBuffer(1e9) } catch (e) { say(e.name) }
      const kept = [];
      try { for (;;) kept.push(new Uint8Array(1e6).fill(1)) } catch (e) { say(e.name) }
      kept.length = 0;
      say(new ArrayBuffer(1e6).byteLength);
    })") == "");
  CHECK(test.run("go") == "");
  CHECK(test.said_text() == "RangeError RangeError 1000000");
  CHECK_FALSE(test.realm->condemned());
}

TEST_CASE("T80: a string of 512 MiB is a RangeError") {
  TestRealm test(natives);
  REQUIRE(test.load(R"(export function go() {
      let text = "x".repeat(1024);
      try { for (;;) text += text } catch (e) { say(e.name) }
    })") == "");
  CHECK(test.run("go") == "");
  CHECK(test.said_text() == "RangeError");
}

TEST_CASE("a visit that a limit ended says so, and later visits have their own time") {
  TestRealm test(natives, quick);
  REQUIRE(test.load("export function go() { for (;;); }\nexport function fine() {}") == "");
  CHECK(test.run("go") == "");
  CHECK(test.terminated);
  CHECK(test.run("fine") == "");
  CHECK_FALSE(test.terminated);
  CHECK(test.run("go") == "");
  CHECK(test.terminated);
}

TEST_CASE("T80: whoever waits for an event hears that a limit ended its visit, in whichever visit that was") {
  TestRealm test(natives, quick);
  std::vector<js::EventId> limited;
  test.realm->when_limited([&](js::EventId event) { limited.push_back(event); });
  REQUIRE(test.load("export function go() { for (;;); }\nexport function fine() {}") == "");
  const auto first = test.realm->begin_event();
  const auto second = test.realm->begin_event();
  CHECK(test.run("fine", first) == "");
  CHECK(test.run("go", second) == "");
  CHECK(limited.empty());
  test.io.run();
  CHECK(limited == std::vector{second});
  CHECK(test.run("go", first) == "");
  test.realm.reset();
  test.io.restart();
  test.io.run();
  CHECK(limited == std::vector{second});
}

TEST_CASE("time between visits does not count") {
  TestRealm test(natives, quick);
  REQUIRE(test.load("export function fine() {}") == "");
  for (int i = 0; i < 5; ++i) {
    CHECK(test.run("fine") == "");
    burn(150);
  }
  CHECK_FALSE(test.realm->condemned());
}

TEST_CASE("an endless top level fails with the limit's name") {
  TestRealm test(natives, {.startup_cpu = std::chrono::milliseconds(30)});
  CHECK(test.load("while (true) {}") == "test.js: the script's top level used more than 30 ms of CPU time");
  TestRealm other(natives, {.startup_cpu = std::chrono::milliseconds(30)});
  CHECK(other.load("export {}; await null; while (true) {}") ==
        "test.js: the script's top level used more than 30 ms of CPU time");
}

TEST_CASE("child: a native that does not return" * doctest::skip()) {
  TestRealm test(natives, quick);
  REQUIRE(test.load("export function go() { native.burn(20000); }") == "");
  CHECK(test.run("go") == "");
}

TEST_CASE("T80: a script that does not come back after its time costs the process") {
  CHECK(js::test::run_in_child("child: a native that does not return").exit_code == js::fatal_exit_code);
}

TEST_CASE("child: one huge array" * doctest::skip()) {
  TestRealm test(natives, {.heap_bytes = 32 * 1024 * 1024});
  REQUIRE(test.load("export function go() { new Array(1e8).fill(0); }") == "");
  CHECK(test.run("go") == "");
  if (test.realm->condemned()) _exit(js::fatal_exit_code);
}

TEST_CASE("T80: what V8 cannot recover from ends the process with its own exit code") {
  CHECK(js::test::run_in_child("child: one huge array").exit_code == js::fatal_exit_code);
}
