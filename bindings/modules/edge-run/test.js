// The module "edge-run:test": what a policy's tests import; "vitest" and "cloudflare:test" are parts of it. Collecting,
// matchers, mocks and snapshots are vitest's own libraries, `assert` is chai's.
//
//   import { cert, cf, crl, describe, expect, it, SELF } from "edge-run:test";
export { afterAll, afterAll as after, afterEach, aroundAll, aroundEach } from "@vitest/runner";
export { beforeAll, beforeAll as before, beforeEach, describe, it, suite, test } from "@vitest/runner";
export { onTestFailed, onTestFinished } from "@vitest/runner";
export { ca, cert, cf, crl, revoke } from "../../testing_certificates.js";
export { assert, chai, createExpect, expect, should } from "../../testing_expect.js";
export { fetchMock } from "../../testing_fetch_mock.js";
export { vi, vi as vitest } from "../../testing_vi.js";
export { createExecutionContext, createScheduledController, env, SELF } from "../../testing_worker.js";
export { waitOnExecutionContext } from "../../testing_worker.js";
import { run } from "../../testing_runner.js";

const { builtins } = import.meta;
builtins.testRunner = run;
