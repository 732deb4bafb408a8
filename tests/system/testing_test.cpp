// `edge-run test` as a program: what fails a run, what is told about it, and in which formats.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

/// As a person would, also where these tests themselves run in CI.
Finished test_in(const TemporaryFolder& folder, const Arguments& more = {}) {
  Arguments command{"/usr/bin/env", "-u", "CI", edge_run(), "test"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command, {}, std::chrono::seconds(60), folder.path());
}

const std::string head = "import { describe, expect, it, vi, beforeAll } from \"edge-run:test\";\n";

}  // namespace

TEST_CASE("V8 takes the bytecode of the test library, which costs more to compile than most files of tests") {
  const TemporaryFolder folder;
  folder.write("a.test.js", head + "it(\"adds\", () => expect(1 + 1).toBe(2));");
  const auto done = test_in(folder);
  CHECK(done.exit_code == 0);
  CHECK(done.err == "");
}

TEST_CASE("a failed test fails the run, with message and place") {
  const TemporaryFolder folder;
  folder.write("a.test.js",
               head + "describe(\"sums\", () => { it(\"adds\", () => {\n  expect(1 + 1).toBe(3);\n}); });");
  const auto done = test_in(folder);
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("FAIL sums › adds"));
  CHECK(done.out.contains("expected 2 to be 3"));
  CHECK(done.out.contains("a.test.js:3:"));
  CHECK(done.out.contains("0 passed, 1 failed"));
}

TEST_CASE("a file without tests, one that cannot be loaded, and hooks that fail are failures") {
  const TemporaryFolder folder;
  folder.write("empty.test.js", "// nothing here\n");
  folder.write("hook.test.js",
               head +
                   "describe(\"g\", () => { beforeAll(() => { throw new Error(\"no setup\"); });"
                   " it(\"never runs\", () => {}); });");
  folder.write("syntax.test.js", "import { it } from \"edge-run:test\"; it(");
  const auto done = test_in(folder);
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("No test suite found in file empty.test.js"));
  CHECK(done.out.contains("no setup"));
  CHECK(done.out.contains("skip g › never runs"));
  CHECK(done.out.contains("SyntaxError"));
  CHECK(done.out.contains("0 passed, 3 failed, 1 skipped"));
}

TEST_CASE("a test that never settles, and one that computes for ever, fail by name") {
  const TemporaryFolder folder;
  folder.write("a.test.js",
               head + "it(\"waits\", () => new Promise(() => {}), 50); it(\"goes on\", () => {});");
  folder.write(
      "b.test.js",
      head + "it(\"first\", () => {}); it(\"computes\", () => { for (;;); }); it(\"last\", () => {});");
  const auto done = test_in(folder, {"--timeout", "0.4"});
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("FAIL waits"));
  CHECK(done.out.contains("timed out in 50ms"));
  CHECK(done.out.contains("pass goes on"));
  CHECK(done.out.contains("FAIL computes"));
  CHECK(done.out.contains("the tests after \"computes\" were not run"));
}

TEST_CASE("a rejection that nobody handles fails the file") {
  const TemporaryFolder folder;
  folder.write("a.test.js",
               head + "it(\"forgets to await\", () => { Promise.reject(new Error(\"loose\")); });");
  const auto done = test_in(folder);
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("nobody handles it: Error: loose"));
}

TEST_CASE("a process of V8 that dies is a failure of its file alone") {
  const TemporaryFolder folder;
  folder.write("a.test.js", head + "it(\"fills memory\", () => { new Array(1e8).fill(0); });");
  folder.write("b.test.js", head + "it(\"is fine\", () => {});");
  const auto done = test_in(folder);
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("FAIL a.test.js"));
  CHECK(done.out.contains("pass is fine"));
}

TEST_CASE("--filter chooses tests by their full names, and refuses a name that there is not") {
  const TemporaryFolder folder;
  folder.write("a.test.js",
               head + "describe(\"x\", () => { it(\"one\", () => {}); it(\"two\", () => {}); });");
  const auto one = test_in(folder, {"--filter", "x one$"});
  CHECK(one.exit_code == 0);
  CHECK(one.out.contains("pass x › one"));
  CHECK_FALSE(one.out.contains("two"));
  const auto none = test_in(folder, {"--filter", "three"});
  CHECK(none.exit_code == 2);
  CHECK(none.err.contains("no test's name matches 'three'"));
}

TEST_CASE("an option that may be repeated takes one value, and leaves the files that follow") {
  const TemporaryFolder folder;
  folder.write("a.test.js", head + "it(\"a\", () => {});\n");
  folder.write("b.test.js", head + "it(\"b\", () => {});\n");
  for (const Arguments& option : {Arguments{"--reporter", "tap"}, {"--var", "NAME=x"}, {"--kv", "SPACE"}}) {
    Arguments arguments{"--reporter", "tap"};
    arguments.insert(arguments.end(), option.begin(), option.end());
    arguments.emplace_back("a.test.js");
    const auto done = test_in(folder, arguments);
    CAPTURE(option[0]);
    CHECK_MESSAGE(done.exit_code == 0, done.err);
    CHECK(done.out.contains("1..1"));
  }
}

TEST_CASE("--bail stops at the first failure") {
  const TemporaryFolder folder;
  folder.write("a.test.js",
               head + "it(\"fails\", () => { throw new Error(\"no\"); }); it(\"comes later\", () => {});");
  folder.write("b.test.js", head + "it(\"is another file's\", () => {});");
  const auto done = test_in(folder, {"--bail", "--jobs", "1"});
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("skip comes later"));
  CHECK_FALSE(done.out.contains("another file's"));
}

TEST_CASE("reports are written in the formats of other programs") {
  const TemporaryFolder folder;
  folder.write("a.test.js",
               head +
                   "describe(\"g\", () => { it(\"<a> & #1\", () => {}); it(\"fails\", () => { throw new "
                   "Error(\"no \\\"way\\\"\"); }); it.todo(\"later\"); it.skip(\"not\", () => {}); });");
  const auto done = test_in(
      folder, {"--reporter", "junit=report.xml", "--reporter", "json=report.json", "--reporter", "tap"});
  CHECK(done.exit_code == 1);
  CHECK(done.out.contains("TAP version 14\n# a.test.js\nok 1 - g › <a> & \\#1\nnot ok 2 - g › fails"));
  CHECK(
      done.out.contains("not ok 3 - g › later # TO"
                        "DO\nok 4 - g › not # SKIP\n1..4\n"));
  const std::string xml = read_file(folder.file("report.xml"));
  CHECK(xml.contains("<testsuites name=\"edge-run\" tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\""));
  CHECK(xml.contains("name=\"g › &lt;a&gt; &amp; #1\""));
  CHECK(xml.contains("<failure message=\"Error: no &quot;way&quot;\">"));
  const std::string json = read_file(folder.file("report.json"));
  CHECK(json.contains("\"numTotalTests\":4"));
  CHECK(json.contains("\"ancestorTitles\":[\"g\"],\"title\":\"fails\",\"status\":\"failed\""));
  const auto refused = test_in(folder, {"--reporter", "html"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.contains("there is no 'html', but spec, tap, junit and json"));
}

TEST_CASE("snapshots are written once, compared after, changed by --update, never written in CI") {
  const TemporaryFolder folder;
  const std::string test = "it(\"is kept\", () => { expect({ a: VALUE }).toMatchSnapshot(); });\n";
  const auto with = [&](const std::string& value) {
    std::string text = test;
    folder.write("a.test.js", head + text.replace(text.find("VALUE"), 5, value));
  };
  with("1");
  const auto in_ci =
      run({"/usr/bin/env", "CI=true", edge_run(), "test"}, {}, std::chrono::seconds(60), folder.path());
  CHECK(in_ci.exit_code == 1);
  CHECK_FALSE(std::filesystem::exists(folder.file("__snapshots__")));
  CHECK(test_in(folder).exit_code == 0);
  const std::string kept = folder.file("__snapshots__/a.test.js.snap");
  CHECK(read_file(kept).contains("\"a\": 1"));
  with("2");
  const auto differs = test_in(folder);
  CHECK(differs.exit_code == 1);
  CHECK(differs.out.contains("Snapshot `is kept 1` mismatched"));
  CHECK(differs.out.contains("-   \"a\": 1"));
  CHECK(read_file(kept).contains("\"a\": 1"));
  CHECK(test_in(folder, {"--update"}).exit_code == 0);
  CHECK(read_file(kept).contains("\"a\": 2"));
}

TEST_CASE("inline snapshots are written into the test") {
  const TemporaryFolder folder;
  const std::string file =
      folder.write("a.test.js", head + "it(\"is kept\", () => { expect([1]).toMatchInlineSnapshot(); });\n");
  CHECK(test_in(folder).exit_code == 0);
  CHECK(read_file(file).contains("toMatchInlineSnapshot(`\n  [\n    1,\n  ]\n`)"));
  CHECK(test_in(folder).exit_code == 0);
}

TEST_CASE("env has the variables and namespaces of the command line") {
  const TemporaryFolder folder;
  folder.write("a.js",
               "export default { async fetch(request, env) { await env.KEYS.put(\"a\", env.MODE);"
               " return new Response(await env.KEYS.get(\"a\")); } };");
  folder.write("a.test.js",
               "import { env, SELF } from \"cloudflare:test\"; import { expect, it } from \"vitest\";\n"
               "it(\"is there\", async () => { const response = await SELF.fetch(\"https://x.example/\");"
               " expect(await response.text()).toBe(\"strict\"); expect(await "
               "env.KEYS.get(\"a\")).toBe(\"strict\"); });");
  const auto done = test_in(folder, {"--var", "MODE=strict", "--kv", "KEYS"});
  CHECK_MESSAGE(done.exit_code == 0, done.out);
  CHECK(test_in(folder, {"--var", "MODE"}).exit_code == 2);
}

TEST_CASE("what tests import is nobody's to import when serving") {
  const TemporaryFolder folder;
  const std::string policy = folder.write("a.js", "import \"edge-run:test\"; export default { fetch() {} };");
  const auto done = run({edge_run(), "check", policy});
  CHECK(done.exit_code == 3);
  CHECK((done.out + done.err).contains("edge-run:test"));
}

TEST_CASE(
    "--coverage shows which lines of scripts ran, of all processes together, and writes lcov's records") {
  const TemporaryFolder folder;
  folder.write("a.js", "export function one() {\n  return 1;\n}\nexport function two() {\n  return 2;\n}\n");
  const std::string use =
      "import { one, two } from \"./a.js\"; import { it } from \"edge-run:test\"; it(\"x\", () => { ";
  folder.write("a.test.js", use + "one(); });");
  folder.write("b.test.js", use + "one(); });");
  const auto done = test_in(folder, {"--lcov", "lcov.info"});
  CHECK(done.exit_code == 0);
  CHECK(done.out.contains("3/4      75.0 %      1/2      50.0 %  5"));
  const std::string lcov = read_file(folder.file("lcov.info"));
  CHECK(lcov.contains("SF:a.js\nFN:1,one\nFN:4,two\nFNDA:2,one\nFNDA:0,two\nFNF:2\nFNH:1\n"));
  CHECK(lcov.contains("DA:2,2\nDA:4,2\nDA:5,0\nLF:4\nLH:3\n"));
}

TEST_CASE(
    "tests in TypeScript are found, run beside their script, and are measured and watched as others are") {
  const TemporaryFolder folder;
  folder.write("rules.ts",
               "export interface Rule {\n  name: string;\n}\nexport function used(rule: Rule): string {\n"
               "  return rule.name;\n}\nexport function unused(é: 'ü' | '漢' = '漢') {\n  return é;\n}\n");
  folder.write(
      "policy.ts",
      "import { used, type Rule } from './rules';\nexport default { fetch(request: Request): Response {\n"
      "  const rule = { name: 'kept' } satisfies Rule;\n  return new Response(used(rule));\n} };\n");
  const std::string script =
      "import { SELF } from \"cloudflare:test\"; import { expect, it } from \"vitest\";\n";
  folder.write("policy.test.ts",
               script +
                   "it('answers', async () => { const url = 'https://x.test' as const;\n"
                   "  expect(await (await SELF.fetch(url)).text() as string).toBe('kept'); });\n");
  const auto done = test_in(folder, {"--lcov", "lcov.info"});
  INFO(done.out, done.err);
  CHECK(done.exit_code == 0);
  const std::string lcov = read_file(folder.file("lcov.info"));
  CHECK(lcov.contains("SF:rules.ts\nFN:4,used\nFN:7,unused\nFNDA:1,used\nFNDA:0,unused\n"));
  CHECK(lcov.contains("DA:4,1\nDA:5,1\nDA:7,1\nDA:8,0\nLF:4\n"));
  CHECK(lcov.contains("SF:policy.ts\n"));
  CHECK_FALSE(lcov.contains("policy.test.ts"));

  const Background tests({edge_run(), "test", "--watch"}, folder.path());
  REQUIRE(tests.wait_for("watching 1 files"));
  const std::size_t first = tests.output().size();
  folder.write("rules.ts",
               "export type Rule = { name: string };\nexport const used = (_: Rule): string => 'changed';\n");
  CHECK(tests.wait_for("FAIL answers", std::chrono::seconds(20), first));
  CHECK(tests.output().contains("policy.test.ts:3:"));
}

TEST_CASE("--watch runs again what a change belongs to, and nothing else") {
  const TemporaryFolder folder;
  folder.write("a.js", "export const value = 1;");
  folder.write("a.test.js",
               head + "import { value } from \"./a.js\"; it(\"is one\", () => { expect(value).toBe(1); });");
  folder.write("b.test.js", head + "it(\"is another\", () => {});");
  const Background tests({edge_run(), "test", "--watch"}, folder.path());
  REQUIRE(tests.wait_for("watching 2 files"));
  const std::size_t first = tests.output().size();
  folder.write("a.js", "export const value = 22;");
  CHECK(tests.wait_for("FAIL is one", std::chrono::seconds(20), first));
  CHECK(tests.wait_for("watching 2 files", std::chrono::seconds(20), first));
  CHECK_FALSE(tests.output().substr(first).contains("is another"));
}
