// vi: mock functions, spies, a fake clock, stubbed globals.
// https://vitest.dev/api/vi.html
import { clearAllMocks, fn, isMockFunction, resetAllMocks, restoreAllMocks, spyOn } from "@vitest/spy";
import { advanceFakeTime, fakeClock, installClock, isFake, realNow, removeClock, wait } from "./testing_clock.js";

const stubbed = new Map();

// Asks `probe` again until it is content or time is over.
async function tryAgain(probe, options, where) {
  const { timeout = 1000, interval = 50 } = typeof options === "number" ? { timeout: options } : (options ?? {});
  const end = realNow() + timeout;
  let problem = new Error(`${where} took longer than ${timeout} ms`);
  for (;;) {
    const isLast = realNow() >= end;
    try {
      const { done, value } = await probe();
      if (done) return value;
    } catch (error) {
      if (where === "vi.waitUntil()") throw error;
      problem = error;
    }
    if (isLast) throw problem;
    await wait(interval);
    advanceFakeTime(interval);
  }
}

// Each needs the module graph to be rewritten before it runs, which is not done here.
const unavailable = (name, remedy) => () => {
  throw new Error(`vi.${name}() is not available: modules are not replaced. ${remedy}`);
};
const passOn = "Hand the dependency to the code under test, spy on an exported object, or mock what it fetches.";

export const vi = {
  fn,
  spyOn,
  isMockFunction,
  mocked: (value) => value,
  clearAllMocks: chained(clearAllMocks),
  resetAllMocks: chained(resetAllMocks),
  restoreAllMocks: chained(restoreAllMocks),

  useFakeTimers: chained(installClock),
  useRealTimers: chained(removeClock),
  isFakeTimers: isFake,
  setSystemTime: chained((time) => {
    const now = time === undefined ? realNow() + performance.timeOrigin : new Date(time).getTime();
    if (isFake()) fakeClock("vi.setSystemTime()").setSystemTime(now);
    // Without fake timers the date alone is fake, as in vitest.
    else installClock({ now, toFake: ["Date"] });
  }),
  getMockedSystemTime: () => (isFake() ? new Date() : null),
  getRealSystemTime: () => realNow() + performance.timeOrigin,
  advanceTimersByTime: chained((time) => fakeClock("vi.advanceTimersByTime()").tick(time)),
  advanceTimersByTimeAsync: settled((time) => fakeClock("vi.advanceTimersByTimeAsync()").tickAsync(time)),
  advanceTimersToNextTimer: chained(() => fakeClock("vi.advanceTimersToNextTimer()").next()),
  advanceTimersToNextTimerAsync: settled(() => fakeClock("vi.advanceTimersToNextTimerAsync()").nextAsync()),
  runAllTimers: chained(() => fakeClock("vi.runAllTimers()").runAll()),
  runAllTimersAsync: settled(() => fakeClock("vi.runAllTimersAsync()").runAllAsync()),
  runOnlyPendingTimers: chained(() => fakeClock("vi.runOnlyPendingTimers()").runToLast()),
  runOnlyPendingTimersAsync: settled(() => fakeClock("vi.runOnlyPendingTimersAsync()").runToLastAsync()),
  clearAllTimers: chained(() => fakeClock("vi.clearAllTimers()").reset()),
  getTimerCount: () => fakeClock("vi.getTimerCount()").countTimers(),

  stubGlobal: chained((name, value) => {
    if (!stubbed.has(name)) stubbed.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
  }),
  unstubAllGlobals: chained(() => {
    for (const [name, before] of stubbed) {
      if (before) Object.defineProperty(globalThis, name, before);
      else delete globalThis[name];
    }
    stubbed.clear();
  }),

  waitFor(callback, options) {
    return tryAgain(async () => ({ done: true, value: await callback() }), options, "vi.waitFor()");
  },
  waitUntil(callback, options) {
    const probe = async () => {
      const value = await callback();
      return { done: Boolean(value), value };
    };
    return tryAgain(probe, options, "vi.waitUntil()");
  },

  mock: unavailable("mock", passOn),
  doMock: unavailable("doMock", passOn),
  unmock: unavailable("unmock", passOn),
  doUnmock: unavailable("doUnmock", passOn),
  hoisted: unavailable("hoisted", "Statements run in the order in which they stand."),
  importActual: unavailable("importActual", "Use import()."),
  importMock: unavailable("importMock", passOn),
  resetModules: unavailable("resetModules", "Each test file has modules of its own."),
  stubEnv: unavailable("stubEnv", "Scripts have no process.env: hand an env to the handler."),
};

function chained(action) {
  return (...input) => {
    action(...input);
    return vi;
  };
}
function settled(action) {
  return async (...input) => {
    await action(...input);
    return vi;
  };
}
