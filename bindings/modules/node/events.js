// node:events: npm's events, and what Node.js has added since.
// https://nodejs.org/api/events.html
import EventEmitter from "events";
import { invalidType } from "../../node_errors.js";

const { once } = EventEmitter;
const { emit } = EventEmitter.prototype;

export const errorMonitor = Symbol("events.errorMonitor");
export const captureRejectionSymbol = Symbol.for("nodejs.rejection");
export const defaultMaxListeners = EventEmitter.defaultMaxListeners;

const isEmitter = (value) => typeof value?.on === "function" && typeof value.listeners === "function";
function requireEmitter(value) {
  if (isEmitter(value)) return value;
  throw invalidType("emitter", "an instance of EventEmitter", value);
}

// https://nodejs.org/api/events.html#eventserrormonitor
EventEmitter.prototype.emit = function (type, ...values) {
  if (type === "error" && this.listenerCount(errorMonitor) > 0) emit.call(this, errorMonitor, ...values);
  return emit.call(this, type, ...values);
};

// https://nodejs.org/api/events.html#eventsgeteventlistenersemitterortarget-eventname
export const getEventListeners = (emitter, name) => requireEmitter(emitter).listeners(name);
export const listenerCount = (emitter, name) => requireEmitter(emitter).listenerCount(name);
export const getMaxListeners = (emitter) => requireEmitter(emitter).getMaxListeners();
export function setMaxListeners(count = defaultMaxListeners, ...emitters) {
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count;
  for (const emitter of emitters) if (isEmitter(emitter)) emitter.setMaxListeners(count);
}

// https://nodejs.org/api/events.html#eventsaddabortlistenersignal-listener
export function addAbortListener(signal, listener) {
  if (signal.aborted) queueMicrotask(() => listener());
  else signal.addEventListener("abort", listener, { once: true });
  const remove = () => signal.removeEventListener("abort", listener);
  return Symbol.dispose === undefined ? { dispose: remove } : { [Symbol.dispose]: remove };
}

const aborted = ({ reason }) => Object.assign(
  new Error("The operation was aborted", { cause: reason }), { name: "AbortError", code: "ABORT_ERR" },
);

// https://nodejs.org/api/events.html#eventsonemitter-eventname-options
export function on(emitter, name, { signal, close = [] } = {}) {
  requireEmitter(emitter);
  if (signal?.aborted) throw aborted(signal);
  const arrived = [];
  const waiting = [];
  let ended = false, failure;
  const settle = () => {
    while (waiting.length > 0 && (arrived.length > 0 || ended)) {
      const { resolve, reject } = waiting.shift();
      if (arrived.length > 0) resolve({ value: arrived.shift(), done: false });
      else if (failure) reject(failure.error), (failure = undefined);
      else resolve({ value: undefined, done: true });
    }
  };
  const arrive = (...values) => {
    arrived.push(values);
    settle();
  };
  const end = () => {
    ended = true;
    emitter.off(name, arrive);
    emitter.off("error", fail);
    for (const one of close) emitter.off(one, end);
    signal?.removeEventListener("abort", abort);
    settle();
  };
  const fail = (error) => {
    failure = { error };
    end();
  };
  const abort = () => fail(aborted(signal));
  emitter.on(name, arrive);
  if (name !== "error") emitter.on("error", fail);
  for (const one of close) emitter.on(one, end);
  signal?.addEventListener("abort", abort, { once: true });
  return {
    next() {
      const { promise, resolve, reject } = Promise.withResolvers();
      waiting.push({ resolve, reject });
      settle();
      return promise;
    },
    return() {
      end();
      return Promise.resolve({ value: undefined, done: true });
    },
    throw(error) {
      fail(error);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() { return this; },
  };
}

Object.assign(EventEmitter, {
  addAbortListener, captureRejectionSymbol, errorMonitor, getEventListeners, getMaxListeners, listenerCount, on,
  setMaxListeners,
});
export { EventEmitter, once };
export default EventEmitter;
