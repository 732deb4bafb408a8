// The script under test and what it is called with, as `cloudflare:test` names them.
// https://developers.cloudflare.com/workers/testing/vitest-integration/test-apis/
const { builtins } = import.meta;
const { native, Life, lifeOf, makeContext, makeDispatcher, showGlobals } = builtins;

/// The variables and namespaces of the command line.
export const env = builtins.environment();
showGlobals(false);

let script;
// It is the script named by --script, else `x.js` beside the test `x.test.js`.
const loadScript = () => (script ??= load());
async function load() {
  const path = native.testScript();
  // A script in service-worker syntax reads them when it runs.
  showGlobals(true);
  const namespace = await import(path);
  if (namespace.default !== undefined) showGlobals(false);
  return { namespace, dispatcher: makeDispatcher(namespace) };
}

/// The script under test, asked as a client would: through the dispatcher, so that what a policy throws is a 500.
export const SELF = {
  async fetch(input, init) { return (await loadScript()).dispatcher.fetch(new Request(input, init)); },
  async scheduled(options) {
    const { default: main } = (await loadScript()).namespace;
    const controller = createScheduledController(options);
    const context = createExecutionContext();
    const own = typeof main === "function" ? new main(context, env) : main;
    if (typeof own?.scheduled !== "function") throw new Error("Handler does not export a scheduled() function.");
    await own.scheduled(controller, env, context);
    await waitOnExecutionContext(context);
    return { outcome: "ok", noRetry: noRetry.has(controller) };
  },
};

/// Keeps what the handler hands to waitUntil(), for the test to wait for.
class TestLife extends Life {
  promises = [];
  constructor() { super(0); }
  waitUntil(promise) { this.promises.push(promise); }
}

export function createExecutionContext() {
  return makeContext(new TestLife());
}

/// Waits for what ctx.waitUntil() got, and for what that adds; throws what one of them was rejected with.
export async function waitOnExecutionContext(context) {
  const life = lifeOf(context);
  if (!(life instanceof TestLife))
    throw new TypeError("waitOnExecutionContext() takes what createExecutionContext() returned");
  const errors = [];
  while (life.promises.length > 0) {
    const results = await Promise.allSettled(life.promises.splice(0));
    for (const { status, reason } of results) if (status === "rejected") errors.push(reason);
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors);
}

const noRetry = new WeakSet();

/// The first argument of scheduled().
// https://developers.cloudflare.com/workers/runtime-apis/handlers/scheduled/
class ScheduledController {
  constructor(scheduledTime, cron) {
    this.scheduledTime = scheduledTime;
    this.cron = cron;
  }
  noRetry() { noRetry.add(this); }
}

export function createScheduledController({ scheduledTime = new Date(), cron = "" } = {}) {
  return new ScheduledController(Number(scheduledTime), String(cron));
}
