// The startup snapshot: what survives it, when it is refused, and what happens then.
#include "runtime/js/snapshot.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::Scope;
using edge::js::test::Tables;
using edge::js::test::TestRealm;

namespace {

double twice(double number) { return 2 * number; }
double thrice(double number) { return 3 * number; }
constexpr js::Native natives[] = {js::native<&twice>("twice")};
constexpr js::Native other_natives[] = {js::native<&thrice>("thrice")};

const Tables tables{{std::span<const js::Native>(js::test::said_natives), natives}};

const std::string& snapshot() {
  static const std::string made = [] {
    js::start_engine({});
    auto snapshot = js::make_snapshot(tables.builtins());
    REQUIRE_MESSAGE(snapshot, (snapshot ? "" : snapshot.error().message));
    return *snapshot;
  }();
  return made;
}

const std::string probe = R"(
  say(native.twice(21));
  say(shared instanceof Shape);
  say(shared.describe());
  say(new Shape("circle").describe());
  say(shared instanceof Object);
  say(new DOMException("m", "AbortError") instanceof Error);
  export {};)";
const std::string probed = "42 true a square a circle true true";

}  // namespace

TEST_CASE("a Realm of the snapshot has the natives, the classes and the objects of the bootstrap") {
  TestRealm test(natives, {}, snapshot());
  REQUIRE(test.problem == "");
  CHECK(js::snapshot_problem(snapshot(), tables.builtins()) == "");
  CHECK(test.load(probe) == "");
  CHECK(test.said_text() == probed);
}

TEST_CASE("a Realm without a snapshot behaves the same") {
  TestRealm test(natives);
  CHECK(test.load(probe) == "");
  CHECK(test.said_text() == probed);
}

TEST_CASE("two Realms of one snapshot on one thread share nothing") {
  TestRealm first(natives, {}, snapshot());
  TestRealm second(natives, {}, snapshot());
  CHECK(first.load(
            "shared.name = 'changed'; globalThis.mine = 1; export function get() { say(shared.name) }") ==
        "");
  CHECK(second.load("export function get() { say(shared.name + typeof mine) }") == "");
  js::Turn outer(*first.realm);
  CHECK(second.run("get") == "");
  CHECK(first.run("get") == "");
  CHECK(first.said_text() == "changed");
  CHECK(second.said_text() == "squareundefined");
}

TEST_CASE("a snapshot with any byte changed is refused, and the Realm runs the bootstrap itself") {
  const auto& good = snapshot();
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, std::size_t{50}, std::size_t{100},
                               std::size_t{140}, std::size_t{200}, good.size() / 2, good.size() - 1}) {
    CAPTURE(at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    CHECK(js::snapshot_problem(bad, tables.builtins()) != "");
  }
  std::string bad = good;
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
  CHECK(js::snapshot_problem(bad, tables.builtins()) == "its checksum is wrong");
  TestRealm test(natives, {}, bad);
  REQUIRE(test.problem == "");
  CHECK(test.load(probe) == "");
  CHECK(test.said_text() == probed);
}

TEST_CASE("a snapshot of another V8, other natives or another bootstrap is refused by name") {
  std::string other_version = snapshot();
  const auto at = other_version.find(v8::V8::GetVersion());
  REQUIRE(at != std::string::npos);
  other_version[at] = '9';
  CHECK(js::snapshot_problem(other_version, tables.builtins()).starts_with("it was made by V8 9"));

  const Tables others{{std::span<const js::Native>(js::test::said_natives), other_natives}};
  CHECK(js::snapshot_problem(snapshot(), others.builtins()) == "it was made of another bootstrap");
  auto changed = tables.builtins();
  changed.bootstrap = "(native) => ({ })";
  CHECK(js::snapshot_problem(snapshot(), changed) == "it was made of another bootstrap");
  CHECK(js::snapshot_problem(std::string("short"), tables.builtins()) == "it is cut short");
  CHECK(js::snapshot_problem(std::string(snapshot().size(), 'x'), tables.builtins()) ==
        "it is of another format");
}

TEST_CASE("a bootstrap that calls natives, throws or returns nothing makes no snapshot") {
  js::start_engine({});
  auto message_of = [](std::string_view script) {
    auto builtins = tables.builtins();
    builtins.bootstrap = script;
    auto made = js::make_snapshot(builtins);
    return made ? std::string("made") : made.error().message;
  };
  CHECK(message_of("(native) => { native.twice(1) }")
            .contains("native.twice was called while the bootstrap runs"));
  CHECK(message_of("(native) => {\n  throw new Error('no') }")
            .contains("Error: no\n    at edge-run:bootstrap:2:3"));
  CHECK(message_of("(native) => 5").contains("returned no object"));
  CHECK(message_of("(native) => {").contains("SyntaxError"));
}

TEST_CASE("child: snapshot digest" * doctest::skip()) {
  auto made = js::make_snapshot(tables.builtins());
  REQUIRE(made);
  MESSAGE("digest " << std::hash<std::string>{}(*made) << " size " << made->size());
}

TEST_CASE("an engine with fixed seeds makes the same snapshot each time") {
  const auto first = js::test::run_in_child("child: snapshot digest");
  const auto second = js::test::run_in_child("child: snapshot digest");
  CHECK(first.exit_code == 0);
  const auto at = first.output.find("digest ");
  REQUIRE(at != std::string::npos);
  CHECK(first.output == second.output);
}

TEST_CASE("child: write the snapshot" * doctest::skip()) {
  auto made = js::make_snapshot(tables.builtins());
  REQUIRE(made);
  std::ofstream(std::getenv("EDGE_TEST_SNAPSHOT"), std::ios::binary) << *made;
}

TEST_CASE("child: hash of a string" * doctest::skip()) {
  std::ifstream file(std::getenv("EDGE_TEST_SNAPSHOT"), std::ios::binary);
  const std::string made{std::istreambuf_iterator<char>(file), {}};
  TestRealm test(natives, {}, made);
  REQUIRE(js::snapshot_problem(made, tables.builtins()) == "");
  js::Turn turn(*test.realm);
  MESSAGE(
      "hash " << v8::String::NewFromUtf8Literal(turn.isolate(), "a name that is hashed")->GetIdentityHash());
}

TEST_CASE("the seed of string hashes differs from process to process, though the snapshot's is fixed") {
  js::test::Folder folder;
  ::setenv("EDGE_TEST_SNAPSHOT", (folder.path + "/snapshot").c_str(), 1);
  REQUIRE(js::test::run_in_child("child: write the snapshot").exit_code == 0);
  const auto first = js::test::run_in_child("child: hash of a string");
  const auto second = js::test::run_in_child("child: hash of a string");
  const auto third = js::test::run_in_child("child: hash of a string");
  CHECK(first.exit_code == 0);
  CHECK(first.output.contains("hash "));
  CHECK_FALSE((first.output == second.output && first.output == third.output));
}
