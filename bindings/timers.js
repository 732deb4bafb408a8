// setTimeout and setInterval. C++ keeps the time and the timer's event; the callbacks stay here, found by number.
// https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers
import { functionApply, mapDelete, mapGet, mapSet, slice } from "./primordials.js";
import { reportError } from "./report.js";
import { defineInterface, requireArguments, toDictionary, toFunction, toInteger } from "./webidl.js";

const timers = new Map();
let lastTimer = 0;

/// The number of a timer that calls `callback` once, or again and again.
export function startTimer(callback, milliseconds, repeat = false) {
  lastTimer = (lastTimer % 0x7fffffff) + 1;
  native.timerStart(lastTimer, milliseconds, repeat);
  mapSet(timers, lastTimer, { callback, repeat, storage: native.asyncStorage() });
  return lastTimer;
}

function stopTimer(id) {
  const number = toInteger(id, 32);
  if (mapDelete(timers, number)) native.timerStop(number);
}

function start(callback, delay, rest, repeat, where) {
  // DEPARTURE: no strings of code: eval is off.
  toFunction(callback, `${where}: the callback`);
  const milliseconds = toInteger(delay, 32, { signed: true });
  const call = rest.length === 0 ? callback : () => functionApply(callback, globalThis, rest);
  return startTimer(call, milliseconds < 0 ? 0 : milliseconds, repeat);
}

export function setTimeout(callback, delay = 0) {
  return start(callback, delay, slice(arguments, 2), false, "setTimeout()");
}
export function setInterval(callback, delay = 0) {
  return start(callback, delay, slice(arguments, 2), true, "setInterval()");
}
export function clearTimeout(id) { stopTimer(id); }
export function clearInterval(id) { stopTimer(id); }

// https://developers.cloudflare.com/workers/runtime-apis/scheduler/
// https://wicg.github.io/scheduling-apis/ knows more; wait() is what Workers have.
class Scheduler {
  wait(milliseconds, options = undefined) {
    requireArguments(arguments.length, 1, "scheduler.wait()");
    const delay = toInteger(milliseconds, 32, { signed: true });
    const { signal } = toDictionary(options, "scheduler.wait(): the options");
    return new Promise((resolve, reject) => {
      if (signal === undefined) return void start(resolve, delay, [], false, "scheduler.wait()");
      signal.throwIfAborted();
      const id = start(resolve, delay, [], false, "scheduler.wait()");
      signal.addEventListener("abort", () => {
        stopTimer(id);
        reject(signal.reason);
      }, { once: true });
    });
  }
}
defineInterface(Scheduler);
export const scheduler = new Scheduler();

/// C++ says that a timer is due, in the timer's own event.
export function fireTimer(id) {
  const timer = mapGet(timers, id);
  if (!timer) return;
  if (!timer.repeat) mapDelete(timers, id);
  if (timer.storage !== undefined) native.setAsyncStorage(timer.storage);
  try {
    functionApply(timer.callback, globalThis, []);
  } catch (error) {
    reportError(error);
  }
}

/// C++ says that a timer went with its event: its callback will never run.
export function dropTimer(id) { mapDelete(timers, id); }
