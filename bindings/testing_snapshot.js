// Snapshots: toMatchSnapshot() and its kin, kept in __snapshots__/ beside the file of tests, or in the test itself.
// https://vitest.dev/guide/snapshot.html
import { addSerializer, SnapshotClient, stripSnapshotIndentation } from "@vitest/snapshot";
import { equals, iterableEquality, subsetEquality } from "@vitest/expect";
import { basename, dirname, isAbsolute, join } from "pathe";

const { native } = import.meta.builtins;

const files = {
  getVersion: () => "1",
  getHeader: () => "// Snapshot v1",
  resolvePath: async (path) => join(dirname(path), "__snapshots__", `${basename(path)}.snap`),
  resolveRawPath: async (path, name) => (isAbsolute(name) ? name : join(dirname(path), name)),
  readSnapshotFile: async (path) => native.testReadFile(path),
  saveSnapshotFile: async (path, text) => native.testWriteFile(path, text),
  removeSnapshotFile: async (path) => native.testRemoveFile(path),
};

const client = new SnapshotClient({
  isEqual: (received, expected) => equals(received, expected, [iterableEquality, subsetEquality]),
});

// The library would have V8 evaluate the file, which scripts cannot; what it writes is this and nothing else.
const kept = /^exports\[`((?:\\.|[^`\\])*)`\] = `((?:\\.|[^`\\])*)`;$/gm;
const plain = (text) => text.replace(/\\(.)/gs, "$1");

/// `update` is "new": what is missing is written; "all": what differs, too; "none".
export async function beginSnapshots(path, update) {
  const snapshotFormat = { printBasicPrototype: false, escapeString: false };
  await client.setup(path, { updateSnapshot: update, snapshotEnvironment: files, snapshotFormat });
  const state = client.getSnapshotState(path);
  for (const [, key, value] of (native.testReadFile(state.snapshotPath) ?? "").matchAll(kept)) {
    state._initialData[plain(key)] = state._snapshotData[plain(key)] = plain(value);
    state._uncheckedKeys.add(plain(key));
  }
}
/// Writes what is new, and says what no test asked for.
export const endSnapshots = (path) => client.finish(path);
export const forgetSnapshots = (test) => client.clearTest(test.file.filepath, test.id);
export const skipSnapshots = (test) => client.skipTest(test.file.filepath, nameOf(test));

function nameOf(task) {
  const names = [];
  for (let one = task; one && one !== one.file; one = one.suite) names.unshift(one.name);
  return names.join(" > ");
}

// What the error that a function throws, or a promise rejects with, says.
function thrownBy(value, promise) {
  if (promise) return value;
  if (typeof value !== "function") throw new Error(`expected a function, got ${typeof value}`);
  try {
    value();
  } catch (error) {
    return error;
  }
  throw new Error("expected the function to throw");
}

/// A plugin of chai.
export function SnapshotMatchers({ Assertion, expect }, utils) {
  const flag = utils.flag;

  function match(assertion, assertionName, options) {
    flag(assertion, "_name", assertionName);
    if (flag(assertion, "negate")) throw new Error(`${assertionName} cannot be used with "not"`);
    const test = flag(assertion, "vitest-test");
    if (!test) throw new Error(`${assertionName} can be used in tests only`);
    const all = {
      received: flag(assertion, "object"),
      errorMessage: flag(assertion, "message"),
      error: flag(assertion, "error") ?? new Error("snapshot"),
      filepath: test.file.filepath,
      name: nameOf(test),
      testId: test.id,
      assertionName,
      ...options,
    };
    return all.rawSnapshot ? client.assertRaw(all) : client.assert(all);
  }
  // The library finds the place of an inline snapshot two frames above the one of this name.
  const inline = (given) => ({
    isInline: true,
    inlineSnapshot: given === undefined ? undefined : stripSnapshotIndentation(given),
  });
  const thrown = (assertion) => thrownBy(flag(assertion, "object"), flag(assertion, "promise"));
  const propertiesAnd = (properties, rest) =>
    typeof properties === "string" ? [undefined, properties] : [properties, rest];

  function define(name, method) {
    Assertion.addMethod(name, method);
    if (name === "toMatchSnapshot") Assertion.addMethod("matchSnapshot", method);
  }
  define("toMatchSnapshot", function (first, second) {
    const [properties, message] = propertiesAnd(first, second);
    match(this, "toMatchSnapshot", { properties, message });
  });
  define("toMatchFileSnapshot", function (file, message) {
    return match(this, "toMatchFileSnapshot", { message, rawSnapshot: { file } });
  });
  define("toMatchInlineSnapshot", function __INLINE_SNAPSHOT__(first, second) {
    const [properties, given] = propertiesAnd(first, second);
    match(this, "toMatchInlineSnapshot", { properties, ...inline(given) });
  });
  define("toThrowErrorMatchingSnapshot", function (properties, message) {
    match(this, "toThrowErrorMatchingSnapshot", { received: thrown(this), message });
  });
  define("toThrowErrorMatchingInlineSnapshot", function __INLINE_SNAPSHOT__(given) {
    match(this, "toThrowErrorMatchingInlineSnapshot", { received: thrown(this), ...inline(given) });
  });
  utils.addMethod(expect, "addSnapshotSerializer", addSerializer);
}
export { addSerializer };
