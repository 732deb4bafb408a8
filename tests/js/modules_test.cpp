// Modules: what imports mean, what they give, and what is said when they fail.
#include "runtime/js/modules.h"

#include <doctest/doctest.h>

#include "tests/js/loaded.h"

using namespace edge;
using namespace edge::js::test;

TEST_CASE("relative imports are found beside the importing file, each once") {
  Folder folder;
  folder.write("lib/a.js", "import { b } from '../lib/./b.js'; say('a'); export const a = 'a' + b;");
  folder.write("lib/b.js", "import './a.js'; say('b'); export const b = 'b';");
  const auto main =
      folder.write("worker.js", "import { a } from './lib/a.js'; import './lib/b.js'; say(a); export {}");
  const auto loaded = load(main);
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "b a ab");
}

TEST_CASE("JSON, text, data and wasm files become default exports") {
  Folder folder;
  folder.write("rules.json", "\xEF\xBB\xBF{\"allow\": [1, 2]}");
  folder.write("page.html", "<p>\xC3\xA9</p>");
  folder.write("note.txt", "note");
  folder.write("query.sql", "select 1");
  folder.write("key.bin", std::string_view("\0\1\2", 3));
  folder.write("add.wasm", add_wasm);
  const auto main = folder.write("worker.js", R"(
    import rules from "./rules.json" with { type: "json" };
    import rulesToo from "./rules.json";
    import page from "./page.html";
    import note from "./note.txt";
    import query from "./query.sql";
    import key from "./key.bin";
    import wasm from "./add.wasm";
    import raw from "./rules.json" with { type: "text" };
    say(JSON.stringify(rules)); say(rules === rulesToo); say(page === "<p>\u00e9</p>"); say(note); say(query);
    say(key instanceof ArrayBuffer && key.byteLength);
    say(wasm instanceof WebAssembly.Module);
    say(new WebAssembly.Instance(wasm).exports.add(40, 2));
    say((await WebAssembly.instantiate(wasm)).exports.add(1, 2));
    say(typeof raw);
    export default {};)");
  const auto loaded = load(main);
  CHECK(loaded.problem == "");
  CHECK(loaded.said == R"({"allow":[1,2]} true true note select 1 3 true 42 3 string)");
}

TEST_CASE("dynamic import gives the namespace when its top-level awaits are over") {
  Folder folder;
  folder.write("late.js", "say('begins'); await null; await null; export const value = 'late';");
  const auto main = folder.write("worker.js", R"(
    const module = await import("./late.js"); say(module.value);
    say((await import("./late.js")) === module);
    try { await import("./missing.js") } catch (e) { say(e.message.includes("cannot find")) }
    export {})");
  const auto loaded = load(main);
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "begins late true true");
}

TEST_CASE("import() of a module that is being evaluated waits for its end, and awaiting that stalls") {
  Folder folder;
  const auto loaded = load(folder.write(
      "worker.js", "import('./worker.js').then((m) => say(m.done)); export const done = 'done';"));
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "done");
  CHECK(
      problem_of(folder, "await import('./worker.js'); export {}").contains("top-level await never settles"));
}

TEST_CASE("T84: after the start import() stays in the script's folder") {
  Folder folder;
  folder.write("secret.json", "{\"secret\":1}");
  folder.write("site/inside.json", "{\"inside\":1}");
  const auto main = folder.write("site/worker.js", R"(
    export async function go() {
      for (const name of ["./inside.json", "../secret.json", "./x/../../secret.json"]) {
        try { say(JSON.stringify((await import(name, { with: { type: "json" } })).default)) }
        catch (e) { say(e.name) }
      }
    })");
  TestRealm test;
  REQUIRE(test.realm->load_script(main));
  CHECK(test.run("go") == "");
  CHECK(test.said_text() == R"({"inside":1} TypeError TypeError)");
}

TEST_CASE("T84: a specifier with a NUL names no file, so that no script is read as a text") {
  Folder folder;
  folder.write("secret.js", "export const secret = 1;");
  const auto main = folder.write("worker.js", R"(
    for (const name of ["./secret.js\0.txt", "./secret.js\0", "../\0/x.txt"]) {
      try { await import(name); say("read") } catch (error) { say(error.message.includes("has a NUL")) }
    }
    export {})");
  const auto loaded = load(main);
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "true true true");
}

TEST_CASE("import() works in a classic script") {
  Folder folder;
  folder.write("part.js", "export const part = 'part';");
  const auto loaded = load(folder.write("worker.js", "import('./part.js').then((m) => say(m.part));"));
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "classic part");
}

TEST_CASE("import.meta.url is the file's, and only built-in modules see builtins") {
  Folder folder;
  const auto main = folder.write("with space.js", R"(
    import { secret, url } from "edge-run:sample";
    say(import.meta.url); say(typeof import.meta.builtins); say(secret); say(url); export {})");
  const auto loaded = load(main);
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "file://" + folder.path + "/with%20space.js undefined 42 edge-run:sample");
}

TEST_CASE("modules of Node.js need their compatibility flag, and the error says how to set it") {
  Folder folder;
  const auto problem = problem_of(folder, "import 'node:sample'; export {}");
  CHECK(problem.contains("\"node:sample\" imported by " + folder.path + "/worker.js:1:"));
  CHECK(problem.contains("--compatibility-flag nodejs_compat"));
  CHECK(problem.contains("compatibility_flags = [\"nodejs_compat\"]"));
  CHECK(problem_of(folder, "import 'sample'; export {}").contains("npx esbuild"));
}

TEST_CASE("with the flag modules of Node.js are found, with and without their scheme") {
  Folder folder;
  const auto main = folder.write("worker.js", R"(
    import node, { secret } from "node:sample"; import bare from "sample";
    say(node + secret); say(bare); say((await import("node:sample")).default); export {})");
  TestRealm test({}, {.nodejs_compat = true});
  REQUIRE(test.realm->load_script(main));
  CHECK(test.said_text() == "node42 node node");
}

TEST_CASE("built-in modules import each other without a flag") {
  Folder folder;
  const auto loaded = load(folder.write("worker.js", "import n from 'cloudflare:sample'; say(n); export {}"));
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "node");
}

TEST_CASE("a package's name fails with the place of the import and the remedy") {
  Folder folder;
  const auto problem = problem_of(folder, "\n  import chunk from \"lodash\"; export default {};");
  CHECK(problem.contains("\"lodash\" imported by " + folder.path + "/worker.js:2:"));
  CHECK(problem.contains("npx esbuild " + folder.path + "/worker.js --bundle --format=esm"));
}

TEST_CASE("modules of other runtimes and of the network are refused by name") {
  Folder folder;
  CHECK(problem_of(folder, "import fs from 'node:fs'; export {}").contains("\"node:fs\" imported by"));
  CHECK(problem_of(folder, "import 'edge-run:nothing'; export {}")
            .contains("no module that this version of edge-run has (there are edge-run:sample)"));
  CHECK(
      problem_of(folder, "import 'https://x.test/a.js'; export {}").contains("not fetched over the network"));
}

TEST_CASE("a missing file is named with who imports it, and what was perhaps meant") {
  Folder folder;
  folder.write("lib/tool.js", "export {}");
  const auto problem = problem_of(folder, "import './lib/tool'; export {}");
  CHECK(problem.contains("cannot find " + folder.path + "/lib/tool imported by " + folder.path +
                         "/worker.js:1:"));
  CHECK(problem.contains("(there is " + folder.path + "/lib/tool.js)"));
  CHECK(problem_of(folder, "import './lib'; export {}").contains("is not a file"));
  CHECK(load(folder.path + "/absent.js").problem == "cannot find " + folder.path + "/absent.js");
}

TEST_CASE("files that are no JavaScript are refused where nothing makes it of them, with the remedy") {
  Folder folder;
  folder.write("types.ts", "export const x: number = 1;");
  CHECK(problem_of(folder, "import './types.ts'; export {}").contains("types.ts is TypeScript"));
  CHECK(load(folder.path + "/types.ts").problem.contains("types.ts is TypeScript"));
  folder.write("page.tsx", "export default <p/>;");
  CHECK(problem_of(folder, "import './page.tsx'; export {}")
            .contains("has JSX, which is no JavaScript: bundle the script with: edge-run bundle " +
                      folder.path + "/worker.js -o worker.js"));
  CHECK(load(folder.path + "/page.tsx").problem.contains("npx esbuild " + folder.path + "/page.tsx"));
}

TEST_CASE("source maps: what is no map, or lies outside of the script's folder, leaves a stack as it is") {
  Folder folder;
  folder.write("outside.map", R"({"version":3,"sources":["secret.ts"],"mappings":"AAAA"})");
  folder.write("app/broken.map", "{\"version\":3,");
  for (const char* url :
       {"../outside.map", "broken.map", "absent.map", ".", "data:,x", "data:text/plain;base64,!",
        "data:application/json;base64,e30", "file:///etc/passwd", "https://x.test/a.map", "%"}) {
    CAPTURE(url);
    const auto path = folder.write(
        "app/worker.js", std::string("throw new Error('x');\n//# sourceMappingURL=") + url + "\nexport {}");
    CHECK(load(path).problem == "Error: x\n    at " + folder.path + "/app/worker.js:1:7");
  }
}

TEST_CASE(
    "source maps: a failure is told with the place in its author's file, whatever kind of script it is in") {
  Folder folder;
  // Line 1 is line 6 of the source, from column 6 on; line 2 is its line 8.
  folder.write("maps/my worker.map",
               R"({"version":3,"sources":["../src/policy.ts"],"mappings":"MAKA;AAEA"})");
  const std::string comment = "\n//# sourceMappingURL=maps/my%20worker.map\n";
  const std::string place = folder.path + "/src/policy.ts:6:1";
  CHECK(problem_of(folder, "throw new Error('module');" + comment + "export {}") ==
        "Error: module\n    at " + place);
  CHECK(problem_of(folder, "throw new Error('classic');" + comment) == "Error: classic\n    at " + place);
  CHECK(problem_of(folder, "throw new Error('sloppy'); with ({}) {}" + comment) ==
        "Error: sloppy\n    at " + place);
  // What does not compile has no map yet.
  CHECK(problem_of(folder, "const a 1;" + comment + "export {}").contains("/worker.js:1:"));
  folder.write("deep (1).js",
               "function f() { throw new Error('deep') }" + comment + "export const g = () => [0].map(f);");
  const auto deep = problem_of(folder, "import { g } from './deep (1).js'; g();");
  CHECK(deep.contains("    at f (" + place + ")\n    at Array.map (<anonymous>)\n"));
  CHECK(deep.contains("worker.js:1:"));
}

TEST_CASE("source maps: a place that a script makes up is asked of no file") {
  Folder folder;
  const std::string made_up =
      "Error\n    at f (absent.js:1:1)\n    at (:1:1)\n    at a:99999999999:1\n    at x (worker.js:-1:0)";
  const auto main = folder.write("worker.js", R"js(
    const made = new Error("x");
    made.stack = "Error\n    at f (absent.js:1:1)\n    at (:1:1)\n    at a:99999999999:1\n    at x (worker.js:-1:0)";
    throw made; export {};
    //# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEiXSwibWFwcGluZ3MiOiJBQUFBIn0=
    )js");
  CHECK(load(main).problem == made_up);
}

TEST_CASE("broken JSON, wasm and unknown attributes are told with the file") {
  Folder folder;
  folder.write("broken.json", "{ nope");
  folder.write("broken.wasm", "not wasm");
  CHECK(problem_of(folder, "import x from './broken.json'; export {}")
            .contains("broken.json: Expected property name"));
  CHECK(problem_of(folder, "import x from './broken.wasm'; export {}")
            .contains("broken.wasm is no WebAssembly"));
  CHECK(problem_of(folder, "import x from './a.css' with { type: 'css' }; export {}").contains("\"css\""));
  CHECK(problem_of(folder, "import x from './a.js' with { kind: 'x' }; export {}").contains("\"kind\""));
}

TEST_CASE("an import that the module does not export is told with its place") {
  Folder folder;
  folder.write("part.js", "export const a = 1;");
  const auto problem = problem_of(folder, "\nimport { b } from './part.js'; export {}");
  CHECK(problem.contains("does not provide an export named 'b'"));
  CHECK(problem.contains("worker.js:2:10"));
}

TEST_CASE("a syntax error in an imported file is told with that file's place") {
  Folder folder;
  folder.write("part.js", "export const a = 1;\nconst = 2;");
  CHECK(problem_of(folder, "import './part.js'; export {}").contains("part.js:2:7"));
}
