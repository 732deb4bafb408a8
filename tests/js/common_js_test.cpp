// CommonJS modules and rules: what is refused, then what imports and require() give.
#include <doctest/doctest.h>

#include "runtime/js/modules.h"
#include "tests/js/loaded.h"

using namespace edge;
using namespace edge::js::test;

TEST_CASE("CommonJS: what is required wrongly is told, and only modules of its kind have require()") {
  Folder folder;
  folder.write("absent.cjs", "exports.a = 1;\n  require('./nowhere.cjs');");
  CHECK(problem_of(folder, "import './absent.cjs'; export {}")
            .contains("cannot find " + folder.path + "/nowhere.cjs imported by " + folder.path +
                      "/absent.cjs:2:3"));
  folder.write("package.cjs", "require('left-pad');");
  CHECK(problem_of(folder, "import './package.cjs'; export {}").contains("\"left-pad\" imported by"));
  folder.write("package.cjs", "require('node:fs');");
  CHECK(problem_of(folder, "import './package.cjs'; export {}").contains("no module that this version"));
  folder.write("waits.js", "await 1; export default 1;");
  folder.write("late.cjs", "require('./waits.js');");
  CHECK(problem_of(folder, "import './late.cjs'; export {}").contains("waits.js has a top-level await"));
  folder.write("throws.cjs", "throw new Error('from within');");
  CHECK(problem_of(folder, "import './throws.cjs'; export {}").contains("throws.cjs:1:7"));
  folder.write("broken.cjs", "exports.a = ;");
  CHECK(problem_of(folder, "import './broken.cjs'; export {}").contains("broken.cjs:1:13"));
  folder.write("number.cjs", "require(7);");
  CHECK(problem_of(folder, "import './number.cjs'; export {}").contains("require() needs a string"));
  CHECK(problem_of(folder, "require('./absent.cjs'); export {}").contains("require is not defined"));
}

TEST_CASE("CommonJS: circles with ES modules that are being evaluated are refused, not fatal") {
  Folder folder;
  folder.write("back.cjs", "require('./worker.js');");
  CHECK(
      problem_of(folder, "import './back.cjs'; export {}").contains("worker.js cannot be required while it"));
  folder.write("through.js", "import './worker.js'; export {}");
  folder.write("far.cjs", "require('./through.js');");
  CHECK(
      problem_of(folder, "import './far.cjs'; export {}").contains("through.js cannot be required while it"));
  folder.write("self.js", "import './self.cjs'; export {}");
  folder.write("self.cjs", "require('./self.js');");
  CHECK(problem_of(folder, "import './self.cjs'; export {}").contains("self.js cannot be required while it"));
}

TEST_CASE("CommonJS: exports are the default export, each module runs once, circles see what is there") {
  Folder folder;
  folder.write("a.cjs",
               "say('a'); exports.early = 1; exports.b = require('./b.cjs').seen; exports.late = 2;");
  folder.write("b.cjs", "say('b'); exports.seen = Object.keys(require('./a.cjs')).join();");
  folder.write("data.json", "[1]");
  folder.write("esm.js", "import a from './a.cjs'; export default a.late + 'd'; export const named = 'n';");
  folder.write("names.js", "export const named = 'n';");
  folder.write("c.cjs",
               "module.exports = () => [require('./data.json')[0], require('./esm.js'), "
               "require('./names.js').named, require('./a.cjs').late, require('edge-run:sample').secret, "
               "this === module.exports].join();");
  const auto loaded = load(folder.write(
      "worker.js",
      "import a from './a.cjs'; import c from './c.cjs'; "
      "say(JSON.stringify(a)); say(c()); say((await import('./a.cjs')).default === a); export {}"));
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "a b {\"early\":1,\"b\":\"early\",\"late\":2} 1,2d,n,2,42,false true");
}

TEST_CASE("CommonJS: a module that threw runs again when it is required again") {
  Folder folder;
  folder.write("once.cjs",
               "globalThis.runs = (globalThis.runs ?? 0) + 1; if (runs === 1) throw new Error('x'); "
               "exports.runs = runs;");
  const auto main = folder.write("worker.cjs",
                                 "try { require('./once.cjs') } catch (e) { say(e.message) } "
                                 "say(require('./once.cjs').runs);");
  const auto loaded = load(main);
  CHECK(loaded.problem == "");
  CHECK(loaded.said == "x 2");
}

TEST_CASE("CommonJS: the main script may be one, and its places are mapped") {
  Folder folder;
  folder.write("app.ts.map", R"({"version":3,"sources":["app.ts"],"mappings":"AAKA"})");
  const auto main = folder.write("worker.cjs", "module.exports = { refuse: 1 }; say(typeof require);");
  CHECK(load(main).said == "function");
  const auto failing = folder.write("worker.cjs", "throw new Error('x')\n//# sourceMappingURL=app.ts.map");
  CHECK(load(failing).problem.contains("app.ts:6:1"));
  CHECK(load(folder.write("worker.cjs", "import './x.js'")).problem.contains("worker.cjs:1:1"));
}

TEST_CASE("T84: after the start require() stays in the script's folder") {
  Folder folder;
  folder.write("secret.json", "{\"secret\":1}");
  folder.write("site/inside.json", "{\"inside\":1}");
  folder.write("site/late.cjs", "module.exports = (name) => JSON.stringify(require(name));");
  const auto main = folder.write("site/worker.js", R"(
    import late from "./late.cjs";
    export function go() {
      for (const name of ["./inside.json", "../secret.json", "./x/../../secret.json"]) {
        try { say(late(name)) } catch (e) { say(e.name) }
      }
    })");
  TestRealm test;
  REQUIRE(test.realm->load_script(main));
  CHECK(test.run("go") == "");
  CHECK(test.said_text() == R"({"inside":1} TypeError TypeError)");
}

TEST_CASE("rules: the first that matches decides, after an import's own attribute and before extensions") {
  Folder folder;
  folder.write("site/docs/page.md", "# page");
  folder.write("site/old/sum.js", "exports.sum = (a, b) => a + b;");
  folder.write("site/query.txt", "0123");
  folder.write("beside.md", "export default 'no text'");
  folder.write("site/add.wasm", add_wasm);
  const auto main = folder.write("site/worker.js", R"(
    import page from "./docs/page.md"; import { default as old } from "./old/sum.js";
    import query from "./query.txt"; import text from "./query.txt" with { type: "text" };
    import beside from "../beside.md"; import add from "./add.wasm?module";
    say(page + old.sum(1, 2)); say(query.byteLength); say(text); say(beside);
    say(new WebAssembly.Instance(add).exports.add(1, 2)); export {})");
  TestRealm test({}, {.rules = {{ModuleType::text, {"*.none", "**/*.md"}},
                                {ModuleType::common_js, {"old/**/*.js"}},
                                {ModuleType::data, {"*.txt", "**/*.md"}}}});
  auto loaded = test.realm->load_script(main);
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error().message);
  CHECK(test.said_text() == "# page3 4 0123 no text 3");
}

TEST_CASE("globs: a star stays within its folder, two go through all") {
  using edge::js::matches_glob;
  using Pairs = std::vector<std::pair<const char*, const char*>>;
  for (const auto& [glob, path] : Pairs{{"*.md", "x/a.md"},
                                        {"**/*.md", "a.mdx"},
                                        {"docs/**", "doc/x"},
                                        {"a?.txt", "a/.txt"},
                                        {"", "a"},
                                        {"**/a", "../b"},
                                        {"docs/*/a", "docs/x/y/a"}})
    CHECK_FALSE_MESSAGE(matches_glob(glob, path), glob, " ", path);
  for (const auto& [glob, path] : Pairs{{"**/*.md", "a.md"},
                                        {"**/*.md", "x/y/a.md"},
                                        {"*.md", "a.md"},
                                        {"docs/**", "docs/x/a"},
                                        {"a?.txt", "ab.txt"},
                                        {"docs/**/a*", "docs/abc"}})
    CHECK_MESSAGE(matches_glob(glob, path), glob, " ", path);
}

TEST_CASE("globs: many stars cost no more than their number times the path's length") {
  std::string glob;
  for (int i = 0; i < 40; ++i) glob += "**/*a*";
  CHECK_FALSE(edge::js::matches_glob(glob, std::string(2000, 'a') + "/b"));
}
