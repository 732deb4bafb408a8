// expect(): vitest's matchers on chai, one for the file and one for each test's context.
// https://vitest.dev/api/expect.html
import { getCurrentTest } from "@vitest/runner";
import * as chai from "chai";
import {
  addCustomEqualityTesters, ASYMMETRIC_MATCHERS_OBJECT, ChaiStyleAssertions, customMatchers, getState, GLOBAL_EXPECT,
  JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState,
} from "@vitest/expect";
import { addSerializer, SnapshotMatchers } from "./testing_snapshot.js";
import { pollOf } from "./testing_poll.js";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(ChaiStyleAssertions);
chai.use(SnapshotMatchers);
chai.use(JestAsymmetricMatchers);

const { assert } = chai;
const should = chai.should;

const untouched = {
  assertionCalls: 0,
  isExpectingAssertions: false,
  isExpectingAssertionsError: null,
  expectedAssertionsNumber: null,
  expectedAssertionsNumberErrorGen: null,
};

/// An expect() with a count of assertions of its own. `test` is that of a context; without one, the running test.
export function createExpect(test) {
  function expect(value, message) {
    setState({ assertionCalls: getState(expect).assertionCalls + 1 }, expect);
    const assertion = chai.expect(value, message);
    const owner = test ?? getCurrentTest();
    return owner ? assertion.withTest(owner) : assertion;
  }
  Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
  setState({ ...untouched, currentTestName: undefined, testPath: undefined }, expect);
  Object.assign(expect, {
    assert,
    getState: () => getState(expect),
    setState: (state) => setState(state, expect),
    extend: (matchers) => chai.expect.extend(expect, matchers),
    addEqualityTesters: (testers) => addCustomEqualityTesters(testers),
    addSnapshotSerializer: addSerializer,
    soft: (value, message) => expect(value, message).withContext({ soft: true }),
    poll: pollOf(expect),
    unreachable: (message) => assert.fail(`expected ${message ? `"${message}" ` : ""}not to be reached`),
    assertions(expected) {
      const error = new Error(`expected number of assertions to be ${expected}`);
      const problem = () => {
        error.message = `${error.message}, but got ${getState(expect).assertionCalls}`;
        return error;
      };
      setState({ expectedAssertionsNumber: expected, expectedAssertionsNumberErrorGen: problem }, expect);
    },
    hasAssertions() {
      const error = new Error("expected any number of assertion, but got none");
      setState({ isExpectingAssertions: true, isExpectingAssertionsError: error }, expect);
    },
  });
  expect.extend(customMatchers);
  return expect;
}

/// Before a test: what an earlier one said about its assertions does not count.
export function beginAssertions(expect, currentTestName, testPath) {
  setState({ ...untouched, currentTestName, testPath }, expect);
}

/// After a test: throws where expect.assertions() or hasAssertions() promised more than there was.
export function checkAssertions(expect) {
  const state = getState(expect);
  const { assertionCalls, expectedAssertionsNumber: expected } = state;
  if (expected !== null && assertionCalls !== expected) throw state.expectedAssertionsNumberErrorGen();
  if (state.isExpectingAssertions && assertionCalls === 0) throw state.isExpectingAssertionsError;
}

export const expect = createExpect();
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, writable: true, configurable: true });
export { assert, chai, should };
