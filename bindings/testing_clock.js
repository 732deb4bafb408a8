// Clocks of tests: the real one, which the runner goes by, and the fake one that vi.useFakeTimers() puts in its place.
const { clearTimeout, setTimeout, performance } = globalThis;
export const realNow = performance.now.bind(performance);
export const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export { clearTimeout, setTimeout };

// vitest's choice: what it does not fake unless asked would keep promises from being settled.
const usual = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"];
let timers = null;
let clock = null;

/// The installed clock; an error for what needs one.
export function fakeClock(where) {
  if (clock === null) throw new Error(`${where} needs vi.useFakeTimers() before it`);
  return clock;
}
export const isFake = () => clock !== null;
export function advanceFakeTime(milliseconds) {
  clock?.tick(milliseconds);
}

/// Puts a fake clock in place of the real one; a clock that is there already goes on at its time.
export function installClock({ now, toFake = usual, toNotFake = [], ...options } = {}) {
  const start = now ?? Date.now();
  removeClock();
  // It sets a timer when it is loaded, so that is left to whoever wants it.
  timers ??= require("@sinonjs/fake-timers").withGlobal(globalThis);
  const fakes = toFake.filter((name) => !toNotFake.includes(name) && name in globalThis);
  clock = timers.install({ ...options, now: start, toFake: fakes, ignoreMissingTimers: true });
}

export function removeClock() {
  clock?.uninstall();
  clock = null;
}
