// AbortController and AbortSignal.
// https://dom.spec.whatwg.org/#aborting-ongoing-activities
import { append, indexOf, splice } from "./primordials.js";
import { defineHandler, dispatch, Event, EventTarget, knowSignalsBy } from "./events.js";
import { DOMException } from "./dom_exception.js";
import { startTimer } from "./timers.js";
import { defineInterface, requireArguments, toIntegerInRange, toSequence } from "./webidl.js";

const making = Symbol();

export let isAbortSignal;
/// A signal that nobody has aborted yet.
export let makeSignal;
let abortSignal;
/// Runs `step(reason)` before listeners hear of an abort; returns what takes that back.
export let onAbort;

export class AbortSignal extends EventTarget {
  #reason = undefined;
  #steps = [];       // what runs before the event, in order
  #sources = [];     // of a signal made by any(): the signals it follows
  #following = [];   // the signals that follow this one

  constructor(token = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
    super();
  }
  get aborted() { return this.#reason !== undefined; }
  get reason() { return this.#reason; }
  throwIfAborted() { if (this.#reason !== undefined) throw this.#reason; }

  static abort(reason = undefined) {
    const signal = new AbortSignal(making);
    signal.#reason = reason === undefined ? abortError() : reason;
    return signal;
  }
  // https://dom.spec.whatwg.org/#dom-abortsignal-timeout
  static timeout(milliseconds) {
    requireArguments(arguments.length, 1, "AbortSignal.timeout()");
    const signal = new AbortSignal(making);
    const delay = toIntegerInRange(milliseconds, 0, Number.MAX_SAFE_INTEGER, "AbortSignal.timeout(): the time");
    const reason = () => new DOMException("The operation was aborted due to timeout", "TimeoutError");
    startTimer(() => signal.#abort(reason()), delay);
    return signal;
  }
  // https://dom.spec.whatwg.org/#create-a-dependent-abort-signal
  static any(signals) {
    requireArguments(arguments.length, 1, "AbortSignal.any()");
    const sources = toSequence(signals, (signal) => {
      if (!isAbortSignal(signal)) throw new TypeError("AbortSignal.any(): a member is not an AbortSignal.");
      return signal;
    }, "AbortSignal.any(): the argument");
    const result = new AbortSignal(making);
    for (let i = 0; i < sources.length; i++) {
      if (sources[i].aborted) {
        result.#reason = sources[i].#reason;
        return result;
      }
    }
    for (let i = 0; i < sources.length; i++) {
      // Of signals that themselves follow others, only those others count.
      const origins = sources[i].#sources.length > 0 ? sources[i].#sources : [sources[i]];
      for (let k = 0; k < origins.length; k++) {
        append(result.#sources, origins[k]);
        append(origins[k].#following, result);
      }
    }
    return result;
  }

  // https://dom.spec.whatwg.org/#abortsignal-signal-abort
  #abort(reason) {
    if (this.#reason !== undefined) return;
    this.#reason = reason === undefined ? abortError() : reason;
    const following = [];
    for (let i = 0; i < this.#following.length; i++) {
      const signal = this.#following[i];
      if (signal.#reason !== undefined) continue;
      signal.#reason = this.#reason;
      append(following, signal);
    }
    this.#following = [];
    this.#run();
    for (let i = 0; i < following.length; i++) following[i].#run();
  }
  #run() {
    const steps = this.#steps;
    this.#steps = [];
    for (let i = 0; i < steps.length; i++) steps[i](this.#reason);
    dispatch(this, new Event("abort"));
  }

  static {
    isAbortSignal = (value) => typeof value === "object" && value !== null && #reason in value;
    makeSignal = () => new AbortSignal(making);
    abortSignal = (signal, reason) => signal.#abort(reason);
    onAbort = (signal, step) => {
      append(signal.#steps, step);
      return () => {
        const at = indexOf(signal.#steps, step);
        if (at >= 0) splice(signal.#steps, at, 1);
      };
    };
  }
}
const abortError = () => new DOMException("The operation was aborted", "AbortError");

defineHandler(AbortSignal.prototype, "abort");
knowSignalsBy(isAbortSignal);
defineInterface(AbortSignal);

export class AbortController {
  #signal = makeSignal();
  get signal() { return this.#signal; }
  abort(reason = undefined) { abortSignal(this.#signal, reason); }
}
defineInterface(AbortController);
