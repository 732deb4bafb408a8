// Runs the tests of a file in order, by vitest's runner, and reports each as it ends.
import { startTests } from "@vitest/runner";
import { beginAssertions, checkAssertions, createExpect, expect } from "./testing_expect.js";
import { beginSnapshots, endSnapshots, forgetSnapshots, skipSnapshots } from "./testing_snapshot.js";
import { wait } from "./testing_clock.js";

const { native } = import.meta.builtins;

/// Imports the file, runs what it describes, and says by native.testDone what stopped it, "" when nothing did.
export function run() {
  const settings = JSON.parse(native.testSettings());
  runFile(settings).then(
    (problem) => native.testDone(problem),
    (error) => native.testDone(described(error, settings.root)),
  );
}

async function runFile(settings) {
  const loose = collectLooseErrors(settings.root);
  await beginSnapshots(settings.path, settings.update);
  const [file] = await startTests([settings.path], new Runner(settings));
  const obsolete = (await endSnapshots(settings.path)).uncheckedKeys;
  if (settings.filter === "" && settings.update !== "all" && obsolete.length > 0) native.testObsolete(obsolete);
  await wait(0);
  const problems = problemsOf(file, settings.root).concat(loose.errors);
  return problems.join("\n");
}

// Failures that are no test's: of the file's top level and of hooks around groups.
function problemsOf(suite, root) {
  const own = (suite.result?.errors ?? []).map((error) => described(error, root));
  return own.concat(suite.tasks.filter((task) => task.type === "suite").flatMap((task) => problemsOf(task, root)));
}

// Rejections that no test handles would otherwise pass unnoticed.
function collectLooseErrors(root) {
  const errors = [];
  globalThis.addEventListener("unhandledrejection", (event) => {
    // Listeners of the tests come after this one, and may take it upon themselves.
    queueMicrotask(() => {
      if (event.defaultPrevented) return;
      errors.push(`a promise was rejected and nobody handles it: ${described(event.reason, root)}`);
    });
  });
  return { errors };
}

/// https://github.com/vitest-dev/vitest/tree/main/packages/runner
class Runner {
  config;
  #settings;
  #order = [];
  #next = 0;

  constructor(settings) {
    this.#settings = settings;
    this.config = {
      root: settings.root,
      setupFiles: [],
      name: undefined,
      passWithNoTests: false,
      testNamePattern: settings.filter === "" ? undefined : new RegExp(settings.filter),
      allowOnly: true,
      sequence: { seed: 0, hooks: "stack", setupFiles: "list" },
      maxConcurrency: 5,
      testTimeout: settings.timeout,
      hookTimeout: settings.timeout,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    };
  }
  async importFile(path) {
    const longest = 60_000;
    const tooLong = wait(longest).then(() => {
      throw new Error(`the file's top level did not end within ${longest} ms`);
    });
    return Promise.race([import(path), tooLong]);
  }
  onCollected([file]) {
    const { testNamePattern: pattern } = this.config;
    this.#order = testsOf(file).filter((test) => pattern === undefined || pattern.test(nameOf(test, " ")));
  }
  extendTaskContext(context) {
    let own;
    Object.defineProperty(context, "expect", { get: () => (own ??= createExpect(context.task)), configurable: true });
    return context;
  }
  async onBeforeRunTask(test) {
    if (this.#settings.bailed) test.mode = "skip";
    if (test.mode !== "run" && test.mode !== "queued") return skipSnapshots(test);
    native.testStart(nameOf(test));
    // Each test is a visit of its own, with its own limit of CPU time.
    await wait(0);
  }
  onBeforeTryTask(test) {
    forgetSnapshots(test);
    beginAssertions(expect, nameOf(test), test.file.filepath);
    if (Object.hasOwn(test.context, "expect")) beginAssertions(test.context.expect, nameOf(test), test.file.filepath);
  }
  async onAfterTryTask(test) {
    while (test.promises?.length) await Promise.all(test.promises.splice(0));
    checkAssertions(expect);
    checkAssertions(test.context.expect);
  }
  onAfterRunTask(test) {
    const failed = test.result.state === "fail";
    // What it would have asked for after its failure is not obsolete.
    if (failed) skipSnapshots(test);
    if (failed && this.#settings.bail) this.#settings.bailed = true;
    this.#report(test);
  }
  onAfterRunFiles() { this.#report(null); }

  // In the order of the file, whatever ran at once; null: the run is over.
  #report(last) {
    for (; this.#next < this.#order.length; this.#next++) {
      const test = this.#order[this.#next];
      const state = test.mode === "skip" || test.mode === "todo" ? test.mode : (test.result?.state ?? "run");
      if (state === "run" && test !== last && last !== null) return;
      reportTest(test, state, this.#settings.root);
    }
  }
}

function reportTest(test, state, root) {
  const { errors = [], duration = 0, note } = test.result ?? {};
  const outcome = state === "pass" || state === "fail" || state === "todo" ? state : "skip";
  const message = outcome === "fail" ? errors.map((error) => described(error, root)).join("\n") : (note ?? "");
  native.testReport(nameOf(test), outcome, message, duration);
}

const testsOf = (suite) => suite.tasks.flatMap((task) => (task.type === "suite" ? testsOf(task) : [task]));

function nameOf(test, separator = " › ") {
  const names = [];
  for (let one = test; one && one !== one.file; one = one.suite) names.unshift(one.name);
  return names.join(separator);
}

// The libraries colour for terminals, which is for the reporter to do.
const uncoloured = (text) => text.replace(/\x1b\[[\d;]*m/g, "");

// Message, difference and the frames that are not the library's; paths relative to where the tests were started.
function described(error, root) {
  if (error === null || typeof error !== "object") return String(error);
  const stack = native.originalStack(String(error.stack ?? ""));
  const at = stack.search(/^ {4}at /m);
  const frames = at < 0 ? [] : stack.slice(at).split("\n").filter((line) => !/edge-run:|<anonymous>/.test(line));
  const remedy = "give all tests more by --timeout";
  const message = String(error.message ?? "").replace(/configure it globally with ".*"/, remedy);
  const lines = [`${error.name ?? "Error"}: ${message}`];
  if (error.diff) lines.push("", error.diff, "");
  lines.push(...frames);
  if (error.cause) lines.push(`Caused by: ${described(error.cause, root)}`);
  return uncoloured(lines.join("\n")).replaceAll(`${root}/`, "");
}
