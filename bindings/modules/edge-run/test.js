// The module "edge-run:test": what a policy's tests import. Assertions are chai's.
//
//   import { assert, cert, cf, crl, describe, it } from "edge-run:test";
import { assert, expect } from "chai";
import { ca, cert, cf, crl } from "../../testing_certificates.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it, run } from "../../testing_runner.js";

const { builtins } = import.meta;
const { native } = builtins;
builtins.testRunner = () => {
  run().then(
    () => native.testDone(""),
    (error) => native.testDone(error?.stack ?? String(error)),
  );
};

/// The script under test, asked as a client would: through the dispatcher, so that what a policy throws is a 500.
/// It is the script named by --script, else `x.js` beside the test `x.test.js`.
const SELF = {
  async fetch(input, init) {
    dispatcher ??= builtins.makeDispatcher(await import(native.testScript()));
    return (await dispatcher).fetch(new Request(input, init));
  },
};
let dispatcher;

const test = it;
const before = beforeAll;
const after = afterAll;
export {
  assert,
  expect,
  describe,
  it,
  test,
  before,
  after,
  beforeAll,
  afterAll,
  beforeEach,
  afterEach,
  ca,
  cert,
  cf,
  crl,
  SELF,
};
