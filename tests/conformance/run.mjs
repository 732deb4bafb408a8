// Runs web-platform-tests under `edge-run test`, each file in a process of its own, and compares what passes with
// expected.txt: an unexpected pass or failure is an error.
//
//   node tests/conformance/run.mjs --program build/dev/edge-run [--group NAME]… [--json FILE] [--failures] [FILE…]
//
//   FILE          run only tests whose path contains this
//   --group       run only this group (groups.mjs)
//   --failures    print what fails, expected or not
//   --json FILE   write all results
//
//   EDGE_SUITES=skip   no suite, no test: for work without a network
//   EDGE_WPT=FOLDER    a checkout of web-platform-tests for what Debian does not carry (fetch, xhr, mimesniff)
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readExpectations, shown, surprises } from "./expectations.mjs";
import { groups } from "./groups.mjs";
import { isForWorkers, metaOf, page, Suite } from "./page.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    program: { type: "string" },
    group: { type: "string", multiple: true },
    json: { type: "string" },
    failures: { type: "boolean", default: false },
  },
});
const fileTimeout = 300_000;
const [PASS, OPTIONAL] = [0, 4];  // testharness.js: a subtest's status; 4 is a precondition that does not hold

/// The folder that a script prints after it has made it.
function folderOf(script) {
  const made = spawnSync(join(here, script), { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (made.status === 0) return made.stdout.trim();
  console.error("conformance: the suite is missing; EDGE_SUITES=skip leaves it out");
  return process.exit(1);
}

function foldersOfSuite() {
  const extra = process.env.EDGE_WPT ? [resolve(process.env.EDGE_WPT)] : [];
  return [folderOf("suite"), ...extra, folderOf("../../third_party/npm_modules")];
}

/// Every file below `path`, in order.
function filesBelow(folder, path) {
  let entries;
  try {
    entries = statSync(join(folder, path)).isDirectory() ? readdirSync(join(folder, path)).sort() : null;
  } catch {
    return [];
  }
  return entries === null ? [path] : entries.flatMap((name) => filesBelow(folder, `${path}/${name}`));
}

/// The runs of a group: a file once for each of its variants.
function runsOf(suite, group) {
  const files = new Set(group.paths.flatMap((path) => suite.folders.flatMap((folder) => filesBelow(folder, path))));
  const runs = [];
  for (const path of files) {
    if (!/\.(any|worker)\.js$/.test(path)) continue;
    const meta = metaOf(suite.read(path));
    if (path.endsWith(".any.js") && !isForWorkers(meta)) continue;
    for (const variant of meta.variants.length > 0 ? meta.variants : [""]) {
      const file = path + variant;
      if (wanted.length === 0 || wanted.some((part) => file.includes(part))) runs.push({ group, path, variant, file });
    }
  }
  return runs;
}

/// What a process printed, as subtests; a file that did not get to its end has one that failed, named "(file)".
function subtestsOf(output, why) {
  const parts = [...output.matchAll(/wpt-result (\S+)/g)].map(([, part]) => part);
  if (parts.at(-1) !== "end") {
    const text = output.replace(/^.*wpt-result.*$/gm, "").trim();
    return [{ name: "(file)", passed: false, message: why || text.slice(0, 2000) || "ended without results" }];
  }
  const { status, message, results } = JSON.parse(decodeURIComponent(parts.slice(0, -1).join("")));
  const subtests = results
    .filter(([, outcome]) => outcome !== OPTIONAL)
    .map(([name, outcome, text]) => ({ name, passed: outcome === PASS, message: text ?? "" }));
  if (status !== 0) subtests.push({ name: "(file)", passed: false, message: message ?? "the harness failed" });
  return subtests;
}

function runOne(folder, suite, mounts, run, number) {
  const script = join(folder, `${number}.test.mjs`);
  try {
    writeFileSync(script, page(suite, run.path, run.variant, mounts));
  } catch (error) {
    return { ...run, subtests: [{ name: "(file)", passed: false, message: error.message }] };
  }
  return new Promise((done) => {
    const child = spawn(options.program, ["test", "--timeout", "290", script], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "", why = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    const timer = setTimeout(() => {
      why = `did not end within ${fileTimeout / 1000} s`;
      child.kill("SIGKILL");
    }, fileTimeout);
    child.on("error", (error) => (why = error.message));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      rmSync(script);
      if (signal && why === "") why = `ended by ${signal}`;
      done({ ...run, subtests: subtestsOf(output, why) });
    });
  });
}

async function runAll(suite, runs) {
  const folder = mkdtempSync(join(tmpdir(), "edge-run-wpt-"));
  const mounts = suite.folders.map((target, index) => {
    symlinkSync(target, join(folder, `suite${index}`));
    return `./suite${index}`;
  });
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next < runs.length) {
      const number = next++;
      results[number] = await runOne(folder, suite, mounts, runs[number], number);
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return results;
}

function table(results) {
  console.log("group                     passed/run    best of workerd, deno, node");
  for (const group of groups) {
    const subtests = results.filter((one) => one.group === group).flatMap((one) => one.subtests);
    if (subtests.length === 0) continue;
    const passed = subtests.filter((one) => one.passed).length;
    console.log(`${group.name.padEnd(25)} ${`${passed}/${subtests.length}`.padEnd(13)} ${group.target}`);
  }
}

function compare(results) {
  const rules = readExpectations(join(here, "expected.txt"));
  const found = results.flatMap(({ file, subtests }) => surprises(rules, file, subtests));
  for (const { file, name, was, message } of found) {
    console.log(`${was}: ${file} | ${shown(name)}\n    ${message ?? ""}`);
  }
  return found.length;
}

if (process.env.EDGE_SUITES === "skip") {
  console.log("conformance: skipped, as EDGE_SUITES=skip says");
  process.exit(0);
}
const suite = new Suite(foldersOfSuite());
const chosen = groups.filter(({ name }) => !options.group || options.group.includes(name));
const results = await runAll(suite, chosen.flatMap((group) => runsOf(suite, group)));
if (options.failures) {
  for (const { file, subtests } of results) {
    for (const { name, passed, message } of subtests) {
      if (!passed) console.log(`FAIL ${file} | ${shown(name)}\n    ${message.split("\n")[0]}`);
    }
  }
}
if (options.json) {
  writeFileSync(options.json, JSON.stringify(results.map(({ file, subtests }) => ({ file, subtests })), null, 1));
}
const wrong = compare(results);
table(results);
if (wrong > 0) {
  console.log(`conformance: ${wrong} results differ from tests/conformance/expected.txt`);
  process.exit(1);
}
