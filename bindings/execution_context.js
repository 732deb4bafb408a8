// How long an event lives, and the `ctx` that lets a handler make it live longer.
// https://developers.cloudflare.com/workers/runtime-apis/context/
import { resolved, then } from "./primordials.js";
import { describeError } from "./report.js";
import { defineInterface, requireArguments } from "./webidl.js";

/// Counts what an event still waits for; the handler is the first. Event 0 is a test's and nobody's to end.
export class Life {
  #pending = 1;
  #over = false;
  #atEnd;
  /// `atEnd` is called when nothing is left to wait for, for events whose end is their answer.
  constructor(event, atEnd = null) {
    this.event = event;
    this.#atEnd = atEnd;
  }
  hold() { this.#pending += 1; }
  release() {
    this.#pending -= 1;
    if (this.#pending > 0 || this.event === 0 || this.#over) return;
    if (this.#atEnd !== null) this.#atEnd();
    native.eventDone(this.event);
  }
  /// Nothing but the handler's answer is waited for.
  get isAtLast() { return this.#pending === 1; }
  /// C++ has been told of the end with the answer.
  end() { this.#over = true; }
  waitUntil(promise) {
    this.hold();
    then(resolved(promise), () => this.release(), (error) => {
      const problem = `Uncaught (in waitUntil) ${describeError(error)}`;
      if (this.#atEnd === null) native.reportError(problem);
      else native.respondError(this.event, "exception", problem);
      this.release();
    });
  }
  passThroughOnException() {
    if (this.event !== 0) native.passThrough(this.event);
  }
}

const making = Symbol();
export let makeContext;
export let lifeOf;

class ExecutionContext {
  #life;
  props = {};
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  waitUntil(promise) {
    requireArguments(arguments.length, 1, "waitUntil()");
    this.#life.waitUntil(promise);
  }
  passThroughOnException() { this.#life.passThroughOnException(); }
  static {
    makeContext = (life) => {
      const context = new ExecutionContext(making);
      context.#life = life;
      return context;
    };
    lifeOf = (context) => context.#life;
  }
}
defineInterface(ExecutionContext);

/// ctx.waitUntil() for code that was given no `ctx`: of the event that runs now.
// https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil
export function waitUntil(promise) {
  requireArguments(arguments.length, 1, "waitUntil()");
  native.eventHold();
  then(resolved(promise), () => native.eventRelease(), (error) => {
    native.reportError(`Uncaught (in waitUntil) ${describeError(error)}`);
    native.eventRelease();
  });
}

/// What a handler that is a class extends.
// https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/rpc/#the-workerentrypoint-class
export class WorkerEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
