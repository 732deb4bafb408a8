// FetchEvent: requests for scripts in service-worker syntax.
// https://developers.cloudflare.com/workers/runtime-apis/handlers/fetch/#service-worker-syntax
import { DOMException } from "./dom_exception.js";
import { dispatch, Event } from "./events.js";
import { lifeOf } from "./execution_context.js";
import { fetch } from "./fetch.js";
import { globalListeners } from "./report.js";
import { defineInterface, requireArguments } from "./webidl.js";

/// What makes events that scripts cannot.
export const making = Symbol();
let closeEvent;

export class ExtendableEvent extends Event {
  #life;
  constructor(type, token, life) {
    if (token !== making) throw new TypeError("Illegal constructor");
    super(type);
    this.#life = life;
  }
  waitUntil(promise) {
    requireArguments(arguments.length, 1, "waitUntil()");
    this.#life.waitUntil(promise);
  }
  passThroughOnException() { this.#life.passThroughOnException(); }
}
defineInterface(ExtendableEvent);

export class FetchEvent extends ExtendableEvent {
  #request;
  #response = undefined;
  #responded = false;
  #open = true;
  constructor(type, token, life, request) {
    super(type, token, life);
    this.#request = request;
  }
  get request() { return this.#request; }
  respondWith(response) {
    requireArguments(arguments.length, 1, "respondWith()");
    if (this.#responded) {
      const problem = "FetchEvent.respondWith() has already been called; it can only be called once.";
      throw new DOMException(problem, "InvalidStateError");
    }
    if (!this.#open) {
      const rule = "It must be called synchronously in the event handler.";
      throw new DOMException(`Too late to call FetchEvent.respondWith(). ${rule}`, "InvalidStateError");
    }
    this.#responded = true;
    this.#response = response;
    this.stopImmediatePropagation();
  }
  static {
    closeEvent = (event) => {
      event.#open = false;
      return { responded: event.#responded, response: event.#response };
    };
  }
}
defineInterface(FetchEvent);

/// The handler of a script that has listeners for "fetch".
export function callListeners(request, env, context) {
  const event = new FetchEvent("fetch", making, lifeOf(context), request);
  const errors = [];
  dispatch(globalListeners, event, globalThis, (error) => { errors[errors.length] = error; });
  const { responded, response } = closeEvent(event);
  // A listener that threw has not decided: neither its answer nor the origin may stand for that decision.
  if (errors.length > 0) throw errors[0];
  if (responded) return response;
  if (request.bodyUsed) {
    throw new TypeError("Script consumed request body but didn't call respondWith(). Can't forward request.");
  }
  return fetch(request);
}
