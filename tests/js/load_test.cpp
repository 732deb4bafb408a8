// Loading scripts: module or classic, failures with their places, what a script may not do.
#include <doctest/doctest.h>

#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::test::TestRealm;

namespace {

std::string problem_of(const std::string& source) {
  TestRealm test;
  return test.load(source, "scripts/worker.js");
}
std::string said_by(const std::string& source) {
  TestRealm test;
  CHECK(test.load(source) == "");
  return test.said_text();
}

}  // namespace

TEST_CASE("a file without imports and exports is a classic script") {
  CHECK(said_by("say(typeof this === 'object' && this === globalThis)") == "true classic");
  CHECK(said_by("var old = 010; say(old)") == "8 classic");
  CHECK(said_by("with ({ x: 1 }) say(x)") == "1 classic");
}

TEST_CASE("a file with an export, an import, a top-level await or import.meta is a module") {
  CHECK(said_by("say(this === undefined); export default {}") == "true");
  CHECK(said_by("import { secret } from 'edge-run:sample'; say(secret)") == "42");
  CHECK(said_by("await null; say('awaited')") == "awaited");
  CHECK(said_by("say(typeof import.meta.url)") == "string");
}

TEST_CASE("a syntax error is told with file, line and column") {
  CHECK(problem_of("export default {\n  fetch( {}\n};").starts_with("SyntaxError: "));
  CHECK(problem_of("export default {\n  fetch( {}\n};").contains("scripts/worker.js:3:1"));
}

TEST_CASE("an exception of the top level is told with its stack") {
  const auto problem =
      problem_of("function inner() {\n  throw new TypeError('broken');\n}\ninner();\nexport {}");
  CHECK(problem == "TypeError: broken\n    at inner (scripts/worker.js:2:9)\n    at scripts/worker.js:4:1");
  // A module's rejection with what is no Error has no place that V8 still knows.
  CHECK(problem_of("\nthrow 'text'; export {}") == "text");
  CHECK(problem_of("\nthrow 'text'") == "text\n    at scripts/worker.js:2:1");
  CHECK(problem_of("await null;\nthrow new Error('late')").contains("scripts/worker.js:2:7"));
  CHECK(problem_of("throw { toString() { throw 1 } }").starts_with("a value that has no text was thrown"));
  CHECK(problem_of("throw Symbol('s')").starts_with("a value that has no text was thrown"));
}

TEST_CASE("a top-level await that never settles fails with its place") {
  const auto problem = problem_of("const never = new Promise(() => {});\nawait never;\nexport {}");
  CHECK(problem ==
        "a top-level await never settles at scripts/worker.js:2:1: it cannot wait for I/O or timers");
}

TEST_CASE("what `start` refuses is the load's failure, without frames of built-in scripts only") {
  CHECK(problem_of("export const refuse = true;").starts_with("Error: refused by start"));
}

TEST_CASE("T83: eval, new Function and WebAssembly of bytes are refused") {
  const std::string message = "EvalError: Code generation from strings disallowed for this context";
  auto thrown = [](const std::string& expression) {
    return said_by("try { " + expression + "; say('ran') } catch (e) { say(String(e)) }\nexport {}");
  };
  CHECK(thrown("eval('1')") == message);
  CHECK(thrown("(0, eval)('1')") == message);
  CHECK(thrown("new Function('return 1')()") == message);
  CHECK(thrown("Function('return 1')()") == message);
  CHECK(thrown("(async () => {}).constructor('return 1')()") == message);
  CHECK(thrown("(function* () {}).constructor('yield 1')()") == message);
  CHECK(thrown("new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))")
            .starts_with("CompileError"));
  CHECK(said_by(R"(await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
                     .catch((e) => say(e.name));)") == "CompileError");
  CHECK(thrown("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)").starts_with("TypeError"));
}

TEST_CASE("several scripts can be loaded into one Realm, the same name twice too") {
  TestRealm test;
  CHECK(test.load("export const a = () => say('a')", "one.js") == "");
  CHECK(test.load("export const b = () => say('b')", "two.js") == "");
  CHECK(test.load("export const a = () => say('again')", "one.js") == "");
  CHECK(test.run("a") == "");
  CHECK(test.run("b") == "");
  CHECK(test.said_text() == "again b");
}
