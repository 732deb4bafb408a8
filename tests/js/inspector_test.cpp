// The DevTools protocol with a Realm: on its own thread, and from another one while a script runs or is
// paused.
#include "runtime/js/inspector.h"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::Debuggee;
using edge::js::Inspector;
using edge::js::RealmOptions;
using edge::js::test::TestRealm;

namespace {

/// A debugger on a thread of its own.
class Client {
 public:
  explicit Client(const Inspector& inspector) : debuggee_(inspector.debuggee()) {
    session_ = debuggee_->connect([this](std::string message) {
      std::lock_guard lock(mutex_);
      messages_.push_back(std::move(message));
      arrived_.notify_one();
    });
  }
  void send(const std::string& message) { debuggee_->receive(session_, message); }
  /// The next message that holds `text`; "" when none came for 10 s.
  std::string wait_for(std::string_view text) {
    std::unique_lock lock(mutex_);
    while (true) {
      if (!arrived_.wait_for(lock, std::chrono::seconds(10), [this] { return !messages_.empty(); }))
        return "";
      std::string first = std::move(messages_.front());
      messages_.pop_front();
      if (first.contains(text)) return first;
    }
  }
  void leave() { debuggee_->disconnect(session_); }

 private:
  std::shared_ptr<Debuggee> debuggee_;
  Debuggee::Session session_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> messages_;
};

std::string frame_of(const std::string& paused) {
  const std::string key = "\"callFrameId\":\"";
  const auto at = paused.find(key);
  if (at == paused.npos) return "";
  const auto begin = at + key.size();
  return paused.substr(begin, paused.find('"', begin) - begin);
}

/// Lets the Realm hear what debuggers say, until `done`.
void listen_until(TestRealm& test, const std::atomic<bool>& done) {
  const auto goes_on = boost::asio::make_work_guard(test.io);
  while (!done) test.io.run_one_for(std::chrono::milliseconds(10));
}

const RealmOptions quick{.turn_cpu = std::chrono::milliseconds(200)};

}  // namespace

TEST_CASE("inspector: a message that is none gets an error, and a good one its answer") {
  TestRealm test;
  REQUIRE(test.load("export const answer = 42;") == "");
  Inspector inspector(*test.realm, "test");
  CHECK(inspector.ask("not JSON").contains("\"error\""));
  CHECK(inspector.ask(R"({"id":1,"method":"Nothing.here"})").contains("wasn't found"));
  const auto answer = inspector.ask(
      R"({"id":2,"method":"Runtime.evaluate","params":{"expression":"(answer + 'ü😀').length"}})");
  CHECK(answer.contains("\"value\":5"));
}

TEST_CASE("inspector: a script pauses at a breakpoint, shows its variables, and goes on") {
  TestRealm test({}, quick);
  Inspector inspector(*test.realm, "test");
  REQUIRE(test.load("export function go() {\n  let word = 'before';\n  debugger;\n  say(word);\n}",
                    "/tmp/go.js") == "");
  Client client(inspector);
  std::string paused, value;
  std::atomic<bool> enabled = false;
  std::thread debugger([&] {
    client.send(R"({"id":1,"method":"Debugger.enable"})");
    client.wait_for("\"id\":1");
    enabled = true;
    paused = client.wait_for("Debugger.paused");
    // Longer than the limit of CPU time: it does not count while somebody looks.
    const std::string burn = "for (const end = Date.now() + 300; Date.now() < end;);";
    client.send(R"({"id":2,"method":"Runtime.evaluate","params":{"expression":")" + burn + R"("}})");
    client.wait_for("\"id\":2");
    client.send(R"({"id":3,"method":"Debugger.evaluateOnCallFrame","params":{"callFrameId":")" +
                frame_of(paused) + R"(","expression":"[word, word = 'after'][0]"}})");
    value = client.wait_for("\"id\":3");
    client.send(R"({"id":4,"method":"Debugger.resume"})");
  });
  listen_until(test, enabled);
  CHECK(test.run("go") == "");
  debugger.join();
  CHECK(value.contains("\"value\":\"before\""));
  CHECK(test.said_text() == "after");
  CHECK_FALSE(test.realm->condemned());
}

TEST_CASE("inspector: a script that computes for ever can be paused, and let go") {
  TestRealm test;
  REQUIRE(test.load("globalThis.on = true; export function go() { while (globalThis.on) {} say('over'); }") ==
          "");
  Inspector inspector(*test.realm, "test");
  Client client(inspector);
  std::thread debugger([&] {
    client.send(R"({"id":1,"method":"Debugger.enable"})");
    client.wait_for("\"id\":1");
    client.send(R"({"id":2,"method":"Debugger.pause"})");
    client.wait_for("Debugger.paused");
    client.send(R"({"id":3,"method":"Runtime.evaluate","params":{"expression":"globalThis.on = false"}})");
    client.send(R"({"id":4,"method":"Debugger.resume"})");
  });
  CHECK(test.run("go") == "");
  debugger.join();
  CHECK(test.said_text() == "over");
}

TEST_CASE("inspector: a debugger that leaves lets a paused script go on, and limits count again") {
  TestRealm test({}, quick);
  REQUIRE(
      test.load("export function go() { debugger; say('on'); } export function spin() { while (true) {} }") ==
      "");
  Inspector inspector(*test.realm, "test");
  Client client(inspector);
  std::atomic<bool> enabled = false;
  std::thread debugger([&] {
    client.send(R"({"id":1,"method":"Debugger.enable"})");
    client.wait_for("\"id\":1");
    enabled = true;
    client.wait_for("Debugger.paused");
    client.leave();
  });
  listen_until(test, enabled);
  CHECK(test.run("go") == "");
  debugger.join();
  CHECK(test.said_text() == "on");
  CHECK(test.run("spin") == "");
  CHECK(test.realm->condemned_why() == "CPU");
}

TEST_CASE("inspector: what it is told after its end is not heard") {
  TestRealm test;
  REQUIRE(test.load("export const answer = 42;") == "");
  auto inspector = std::make_unique<Inspector>(*test.realm, "test");
  Client client(*inspector);
  inspector.reset();
  client.send(R"({"id":1,"method":"Runtime.enable"})");
  client.leave();
  test.io.poll();
  CHECK_FALSE(test.realm->condemned());
}
