// Bytecode made ahead of time: when V8 takes it, and what happens when it does not.
#include "runtime/js/code_cache.h"

#include <doctest/doctest.h>

#include <string>

#include "runtime/js/snapshot.h"
#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::test::Tables;
using edge::js::test::TestRealm;

namespace {

const Tables tables{{std::span<const js::Native>(js::test::said_natives), {}}};
const std::string import_sample = "import { secret } from 'edge-run:sample'; say(String(secret)); export {};";

std::string code_of(const std::string& specifier) {
  TestRealm test({}, {.nodejs_compat = true});
  REQUIRE(test.load("import '" + specifier + "'; export {};") == "");
  auto code = js::make_code_cache(*test.realm, specifier);
  REQUIRE_MESSAGE(code, (code ? "" : code.error().message));
  return *code;
}

/// Whether V8 took the cache; the module runs in any case.
bool is_taken(const std::string& code, js::SnapshotView snapshot = {}) {
  TestRealm test({}, {.code_cache = {.specifier = "edge-run:sample", .bytes = code}}, snapshot);
  REQUIRE(test.problem == "");
  CHECK(test.load(import_sample) == "");
  CHECK(test.said_text() == "42");
  return test.realm->took_code_cache();
}

}  // namespace

TEST_CASE("a module that no script imported has no code cache") {
  const TestRealm test;
  const auto code = js::make_code_cache(*test.realm, "edge-run:sample");
  REQUIRE_FALSE(code);
  CHECK(code.error().message == "no script imported edge-run:sample");
}

TEST_CASE("a code cache that is junk, cut short or of another source is not taken, and the module runs") {
  const std::string code = code_of("edge-run:sample");
  CHECK_FALSE(is_taken("junk, as long as a header would be, and then some more of it"));
  CHECK_FALSE(is_taken(code.substr(0, code.size() / 2)));
  CHECK_FALSE(is_taken(code_of("node:sample")));
}

TEST_CASE("a code cache of another snapshot is not taken, and the module runs") {
  const auto snapshot = js::make_snapshot(tables.builtins());
  REQUIRE(snapshot);
  CHECK_FALSE(is_taken(code_of("edge-run:sample"), *snapshot));
}

TEST_CASE("a code cache that fits is taken") { CHECK(is_taken(code_of("edge-run:sample"))); }

TEST_CASE("a built-in module that is not ASCII, which no build makes, is refused by name") {
  TestRealm test;
  CHECK(test.load("import 'cloudflare:foreign'; export {};").contains("cloudflare:foreign is not ASCII"));
}
