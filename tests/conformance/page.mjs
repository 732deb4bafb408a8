// Makes one script of a test file of web-platform-tests: the harness, the files that its META lines name, the test.
// https://web-platform-tests.org/writing-tests/testharness.html
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { runInNewContext } from "node:vm";

const aliases = {
  // The suite's own server knows it by this name.
  "resources/WebIDLParser.js": "resources/webidl2/lib/webidl2.js",
  // Debian leaves out what comes without its source; this is the file of npm's pako.
  "compression/third_party/pako/pako_inflate.min.js": "pako/dist/pako_inflate.min.js",
};

/// A suite is one or more folders; the first that has a file counts.
export class Suite {
  constructor(folders) {
    this.folders = folders;
  }
  find(asked) {
    const path = aliases[asked] ?? asked;
    const folder = this.folders.find((one) => existsSync(join(one, path)));
    return folder === undefined ? undefined : join(folder, path);
  }
  read(path) {
    const found = this.find(path);
    if (found === undefined) throw new Error(`the suite has no file ${path}`);
    return readFileSync(found, "utf8");
  }
}

/// What the META lines at the start of a test say.
export function metaOf(source) {
  const meta = { scripts: [], variants: [], globals: ["window", "dedicatedworker"] };
  for (const [, name, value] of source.matchAll(/^\/\/ META: *([a-z]+)=(.*)$/gm)) {
    if (name === "script") meta.scripts.push(value.trim());
    if (name === "variant") meta.variants.push(value.trim());
    if (name === "global") meta.globals = value.trim().split(",");
  }
  return meta;
}

/// Tests that only a document can run are not for a Worker.
export const isForWorkers = ({ globals }) =>
  globals.some((one) => /^(worker|dedicatedworker|sharedworker|serviceworker|jsshell)$/.test(one.trim()));

const resolve = (script, from) => normalize(script.startsWith("/") ? script.slice(1) : join(dirname(from), script));

// A Worker's own way to include files.
const importScripts = /^ *importScripts\(([^)]*)\);?/gm;
const importedScripts = (source) =>
  [...source.matchAll(importScripts)]
    .flatMap(([, list]) => [...list.matchAll(/["']([^"']*)["']/g)].map(([, script]) => script))
    .filter((script) => script !== "/resources/testharness.js");

// A script's functions are global, and it may assign to variables that nobody declared. A module knows neither.
const namesIn = (code, pattern) => [...new Set([...code.matchAll(pattern)].map(([, name]) => name))];
const functionsOf = (code) => namesIn(code, /^(?:async )?function\*? *([A-Za-z_]\w*)/gm);
const undeclared = (code) => namesIn(code, /^ *(?:for \()?([A-Za-z]\w*) (?:=|of|in) /gm);

/// What idlharness.js evaluates, as functions: eval is off in a Worker.
function expressionsOf(source) {
  const literal = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
  const blocks = [...source.matchAll(/add_objects\(\{([^]*?)\}\);/g)].map(([, block]) => block);
  const texts = new Set(blocks.flatMap((block) => block.match(literal) ?? []).map((text) => runInNewContext(text)));
  return `{ ${[...texts].map((text) => `${JSON.stringify(text)}: () => (${text})`).join(", ")} }`;
}

/// The module that runs the test at `path` under `edge-run test` and logs its results. Data files that it fetches
/// by a relative address are read from `mounts`, folders beside the script.
export function page(suite, path, variant, mounts) {
  const source = suite.read(path);
  const scripts = [...metaOf(source).scripts, ...importedScripts(source)].map((script) => resolve(script, path));
  const parts = [...scripts.map((script) => suite.read(script)), source.replace(importScripts, "")];
  const code = parts.join("\n;\n").replaceAll("eval(", "evaluate(");
  const location = `https://web-platform.test/${path}${variant}`;
  return `// ${path}${variant}
import { it } from "edge-run:test";
const report = ${report};
it("web-platform-test", () => new Promise((resolve) => {
(function () {
${suite.read("resources/testharness.js")}
}).call(globalThis);
(${prepare})(${JSON.stringify(location)}, ${JSON.stringify(mounts)}, resolve);
for (const name of ${JSON.stringify(undeclared(code))}) globalThis[name] ??= undefined;
const expressions = ${expressionsOf(source)};
const evaluate = (text) => (expressions[text] ?? eval)(text);
(function () {
${functionsOf(code).map((name) => `if (typeof ${name} === "function") globalThis.${name} = ${name};`).join("\n")}
${code}
}).call(globalThis);
done();
}));
`;
}

/// The results, logged in lines that no log format changes: "wpt-result <part of the percent-encoded JSON>".
const report = `(() => {
  const { encodeURIComponent, JSON } = globalThis;
  const log = console.log.bind(console);
  return (tests, status) => {
    const results = tests.map(({ name, status, message }) => [name, status, message]);
    const text = encodeURIComponent(JSON.stringify({ status: status.status, message: status.message, results }));
    for (let at = 0; at < text.length; at += 8000) log("wpt-result " + text.slice(at, at + 8000));
    log("wpt-result end");
  };
})()`;

/// What a page of the suite finds in its global object beside the platform.
const prepare = `(address, mounts, resolve) => {
  const global = globalThis;
  const url = new URL(address);
  // A test looks at its address for the part that it shall run; the harness ran before, and took us for a shell.
  const { href, origin, search, pathname, host, protocol } = url;
  global.location = { href, origin, search, pathname, host, protocol, hash: "", toString: () => href };
  global.GLOBAL = { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false };
  // How idlharness.js tells which interfaces belong here.
  global.DedicatedWorkerGlobalScope = class { static [Symbol.hasInstance](value) { return value === global; } };
  // A page has an address that relative ones stand beside; a Worker has none.
  if (pathname.startsWith("/fetch/api/")) {
    const absolute = (input) => (typeof input === "string" && !URL.canParse(input) ? new URL(input, url).href : input);
    global.Request = new Proxy(global.Request, {
      construct: (target, [input, ...rest]) => Reflect.construct(target, [absolute(input), ...rest]),
    });
    const { redirect } = Response;
    Response.redirect = (input, ...rest) => redirect(absolute(input), ...rest);
  }
  const fetchFromNetwork = global.fetch;
  global.fetch = async (input, init) => {
    if (typeof input !== "string" || /^[a-z]+:/i.test(input)) return fetchFromNetwork(input, init);
    const path = new URL(input, url).pathname;
    for (const mount of mounts) {
      try {
        const { default: bytes } = await import(mount + path, { with: { type: "bytes" } });
        return new Response(bytes);
      } catch {
        // The next folder may have it.
      }
    }
    throw new TypeError("the suite has no file " + path);
  };
  add_completion_callback((tests, status) => { report(tests, status); resolve(); });
}`;
