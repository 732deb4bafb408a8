// TypeScript: what is refused and where, then what becomes of it and where that is kept.
#include "bindings/type_script.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/test_worker.h"

namespace edge::bindings {
namespace {

namespace files = std::filesystem;
using test::TestWorker;

struct Folder {
  files::path path;
  Folder() {
    std::string name = (files::temp_directory_path() / "edge-run-types-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { files::remove_all(path); }
  std::string write(const std::string& name, std::string_view text) const {
    files::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
};

std::string refusal(TypeScript& type_script, const std::string& source) {
  const auto code = type_script.strip("src/policy.ts", source);
  REQUIRE_FALSE(code.has_value());
  CHECK(code.error().kind == ErrorKind::script);
  return code.error().message;
}

std::string load_failure(const std::string& script) { return TestWorker::load_failure(script); }

}  // namespace

TEST_CASE("typescript: what does not parse is refused with its place") {
  TypeScript type_script("");
  CHECK(refusal(type_script, "export const a = 1;\nlet b: = 2;\n")
            .starts_with("src/policy.ts:2:8: Unexpected "));
  CHECK(refusal(type_script, "return 1").starts_with("src/policy.ts:1:1: "));
}

TEST_CASE("typescript: syntax that is more than types is refused with its place and the remedy") {
  TypeScript type_script("");
  const std::string remedy =
      ": write it in syntax that is types alone (\"erasableSyntaxOnly\" in tsconfig.json finds such places), "
      "or "
      "bundle the script: edge-run bundle src/policy.ts -o worker.js";
  CHECK(refusal(type_script, "const a = 1;\n  enum E { x = 7 }") ==
        "src/policy.ts:2:3: TypeScript enum is not supported in strip-only mode" + remedy);
  for (const char* source :
       {"namespace N { export const a = 1 }", "export class C { constructor(public e) {} }",
        "import fs = require('fs')", "export = 3", "const x = <T>y;", "module M { const x = 1 }"}) {
    CAPTURE(source);
    const std::string problem = refusal(type_script, source);
    CHECK(problem.starts_with("src/policy.ts:1:"));
    CHECK(problem.ends_with(remedy));
  }
}

TEST_CASE("typescript: types become white space, so that places stay") {
  TypeScript type_script("");
  const auto stripped = [&](const std::string& source) {
    const auto code = type_script.strip("a.ts", source);
    return code ? *code : code.error().message;
  };
  CHECK(stripped("interface A { b: string }\nexport const c = (d: A): string => d.b!;\n") ==
        "                         \nexport const c = (d   )         => d.b ;\n");
  CHECK(stripped("import type { A } from 'a'; declare enum B {}") ==
        "                                             ");
  CHECK(stripped("").empty());
  type_script.rest();
  CHECK(stripped("let a: number;") == "let a        ;");
}

TEST_CASE("typescript: what was made is kept by content, in a folder that is ours alone") {
  const Folder folder;
  const std::string cache = (folder.path / "state/cache").string();
  const std::string source = "let a: number = 1;", code = "let a         = 1;";
  const auto stripped = [&] { return TypeScript(cache).strip("a.ts", source).value_or("refused"); };
  CHECK(stripped() == code);
  const auto entry = files::directory_iterator(cache)->path();
  const auto kept = files::last_write_time(entry);
  CHECK(stripped() == code);
  CHECK(files::last_write_time(entry) == kept);
  // Half of a file, another's, or one that was changed is none.
  for (const char* spoiled : {"", "let a", "0000\nlet a = 2;"}) {
    std::ofstream(entry) << spoiled;
    CHECK(stripped() == code);
  }
  CHECK(TypeScript(cache).strip("a.ts", "let a: number = 2;") == "let a         = 2;");
  CHECK(std::distance(files::directory_iterator(cache), {}) == 2);
  // Refusals are not kept.
  CHECK_FALSE(TypeScript(cache).strip("a.ts", "enum A {}"));
  CHECK(std::distance(files::directory_iterator(cache), {}) == 2);
  // A folder that others may write to is not used.
  files::remove(entry);
  chmod(cache.c_str(), 0777);
  CHECK(stripped() == code);
  CHECK(std::distance(files::directory_iterator(cache), {}) == 1);
}

TEST_CASE("typescript: a script that cannot be one is refused, whoever imports it") {
  const Folder folder;
  folder.write("rules.ts", "export enum Rule { a }\n");
  folder.write("page.tsx", "export default <p/>;");
  const std::string root = folder.path.string();
  const auto of = [&](const std::string& name, const std::string& text) {
    return load_failure(folder.write(name, text));
  };
  CHECK(of("main.ts", "enum A {}").starts_with(root + "/main.ts:1:1: TypeScript enum"));
  CHECK(of("main.js", "import './rules.ts'; export default {}")
            .starts_with("SyntaxError: " + root + "/rules.ts:1:8: TypeScript enum"));
  CHECK(of("main.ts", "import './page.tsx'; export default {}")
            .contains("edge-run bundle " + root + "/main.ts"));
  CHECK(of("jsx.tsx", "export default {}").contains("edge-run bundle " + root + "/jsx.tsx"));
  CHECK(of("main.ts", "import x from 'left-pad'; export default {}")
            .contains("bundle the script with: edge-run bundle " + root + "/main.ts -o bundle.js"));
  for (const char* name : {"./none.ts", "./none.js", "./none"}) {
    CAPTURE(name);
    const auto path = (folder.path / name).lexically_normal().string();
    CHECK(of("main.ts", std::string("import '") + name + "'; export default {}")
              .contains("cannot find " + path + " imported by " + root + "/main.ts:1:8"));
  }
  CHECK(of("main.js", "import './rules.js'; export default {}").contains("(there is " + root + "/rules.ts)"));
}

TEST_CASE("typescript: a policy and its imports run, by the names that bundlers know") {
  const Folder folder;
  folder.write("lib/rules.ts",
               "export type Rule = { name: string };\nexport const rule: Rule = { name: 'r' };\n");
  folder.write("lib/index.ts", "export * from './rules.js';\n");
  folder.write("old.cts", "exports.old = (a: string) => a + require('./more.cjs');\n");
  folder.write("more.cts", "module.exports = 'm' as const;\n");
  const std::string script =
      folder.write("policy.ts",
                   "import { rule, type Rule } from './lib';\nimport type { Env } from './env';\n"
                   "import old from './old.cts';\n"
                   "export default { async fetch(_: Request, env: Env): Promise<Response> {\n"
                   "  const late = await import('./lib/rules');\n"
                   "  return new Response(old.old((rule as Rule).name) + (late.rule === rule)); } };\n");
  TestWorker worker(script);
  CHECK(worker.fetch().body == "rmtrue");
  CHECK(worker.worker().files().size() >= 5);
}

TEST_CASE("typescript: service-worker syntax too") {
  const Folder folder;
  TestWorker worker(folder.write("policy.ts",
                                 "addEventListener('fetch', (event: FetchEvent) => event.respondWith(new "
                                 "Response('classic' as string)));"));
  CHECK(worker.fetch().body == "classic");
}

TEST_CASE("typescript: stripping costs a script none of its CPU time") {
  const Folder folder;
  test::TestSettings settings;
  settings.limits.startup_cpu = std::chrono::milliseconds(200);
  std::string rules = "export const rule: string = 'fine';\n";
  for (int i = 0; i < 100'000; ++i) rules += "interface Rule" + std::to_string(i) + " { name: string }\n";
  folder.write("rules.ts", rules);
  TestWorker worker(folder.write("policy.ts",
                                 "import { rule } from './rules';\n"
                                 "export default { fetch: (): Response => new Response(rule) };\n"),
                    settings);
  CHECK(worker.fetch().body == "fine");
}

}  // namespace edge::bindings
