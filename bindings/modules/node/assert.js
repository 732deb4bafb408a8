// node:assert: the library that bundlers take for it, and what Node.js has added since.
// https://nodejs.org/api/assert.html
import assert from "@jspm/core/nodelibs/assert";
import { invalidType } from "../../node_errors.js";

const { AssertionError } = assert;

function requireMatch(text, pattern, message, wanted) {
  if (!(pattern instanceof RegExp)) {
    throw invalidType("regexp", "an instance of RegExp", pattern);
  }
  if (typeof text === "string" && pattern.test(text) === wanted) return;
  if (message instanceof Error) throw message;
  const what = wanted ? "did not match" : "was expected to not match";
  throw new AssertionError({
    actual: text, expected: pattern, message: message ?? `The input ${what} the regular expression ${pattern}`,
    operator: wanted ? "match" : "doesNotMatch",
  });
}

// https://nodejs.org/api/assert.html#assertmatchstring-regexp-message
export const match = (text, pattern, message) => requireMatch(text, pattern, message, true);
export const doesNotMatch = (text, pattern, message) => requireMatch(text, pattern, message, false);

Object.assign(assert, { match, doesNotMatch });
Object.assign(assert.strict, { match, doesNotMatch });

export const {
  deepEqual, deepStrictEqual, doesNotReject, doesNotThrow, equal, fail, ifError, notDeepEqual, notDeepStrictEqual,
  notEqual, notStrictEqual, ok, rejects, strict, strictEqual, throws,
} = assert;
export { AssertionError };
export default assert;
