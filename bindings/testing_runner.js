// Collects the tests of a file and runs them in order, reporting each as it ends.
const { native } = import.meta.builtins;

class Suite {
  constructor(name, parent) {
    this.name = name;
    this.parent = parent;
    this.entries = [];
    this.hooks = { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
    this.only = false;
  }
}
const root = new Suite("", null);
let current = root;

/// Groups tests; groups nest.
export function describe(name, body) {
  const suite = new Suite(String(name), current);
  current.entries.push(suite);
  current = suite;
  try {
    const result = body();
    if (result?.then) throw new TypeError(`describe("${name}") must not be asynchronous`);
  } finally {
    current = suite.parent;
  }
  return suite;
}
describe.skip = (name, body) => {
  describe(name, body).skip = true;
};
describe.only = (name, body) => {
  describe(name, body).only = root.only = true;
};

/// One test; `body` may be asynchronous.
export function it(name, body, options = {}) {
  if (typeof body !== "function") throw new TypeError(`the test "${name}" has no function`);
  current.entries.push({ name: String(name), body, ...options });
}
it.skip = (name, body = () => {}) => it(name, body, { skip: true });
it.only = (name, body) => {
  root.only = true;
  it(name, body, { only: true });
};
it.each = (rows) => (name, body) => {
  for (const row of rows) {
    const values = [row].flat();
    let at = 0;
    it(
      String(name).replace(/%[sdjo]/g, (kind) =>
        kind === "%j" ? JSON.stringify(values[at++]) : String(values[at++]),
      ),
      () => body(...values),
    );
  }
};

const hook = (kind) => (body) => {
  current.hooks[kind].push(body);
};
export const beforeAll = hook("beforeAll");
export const beforeEach = hook("beforeEach");
export const afterEach = hook("afterEach");
export const afterAll = hook("afterAll");

/// Runs everything; the native learns of each test by testReport(name, outcome, message, milliseconds).
export async function run() {
  if (root.entries.length === 0) throw new Error("the file has no tests: it() registers one");
  await runSuite(root, [], root.only, false);
}

async function runSuite(suite, names, onlySome, skipped) {
  const chosen = (entry) => !onlySome || entry.only || (entry instanceof Suite && entry.entries.some(chosen));
  const entries = suite.entries.filter(chosen);
  const alive = !skipped && entries.length > 0;
  if (alive) for (const body of suite.hooks.beforeAll) await body();
  for (const entry of entries) {
    const path = [...names, entry.name];
    const skip = skipped || entry.skip === true;
    if (entry instanceof Suite) await runSuite(entry, path, onlySome && !entry.only, skip);
    else await runTest(entry, path.join(" › "), suite, skip);
  }
  if (alive) for (const body of suite.hooks.afterAll) await body();
}

async function runTest(entry, name, suite, skip) {
  if (!native.testWanted(name)) return;
  if (skip) return native.testReport(name, "skip", "", 0);
  const chain = [];
  for (let outer = suite; outer; outer = outer.parent) chain.unshift(outer);
  const started = performance.now();
  let message = "";
  try {
    for (const outer of chain) for (const body of outer.hooks.beforeEach) await body();
    await withinTime(entry.body(), entry.timeout ?? 5000);
  } catch (error) {
    message = describeFailure(error);
  }
  try {
    for (const outer of chain.reverse()) for (const body of outer.hooks.afterEach) await body();
  } catch (error) {
    message ||= describeFailure(error);
  }
  native.testReport(name, message ? "fail" : "pass", message, performance.now() - started);
}

function withinTime(result, milliseconds) {
  if (!result?.then) return result;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the test did not end within ${milliseconds} ms`)), milliseconds);
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function describeFailure(error) {
  const text = error?.stack ?? String(error);
  if (!error || !("expected" in error && "actual" in error)) return text;
  const show = (value) => (typeof value === "string" ? JSON.stringify(value) : String(value));
  return `${text}\n  expected: ${show(error.expected)}\n  actual:   ${show(error.actual)}`;
}
