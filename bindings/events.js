// Event, EventTarget and the events that carry a value.
// https://dom.spec.whatwg.org/#events
import {
  append, defineProperty, freeze, functionApply, getOwnPropertyDescriptor, indexOf, mapGet, mapHas, mapSet, slice,
  splice,
} from "./primordials.js";
import { DOMException } from "./dom_exception.js";
import { defineInterface, isObject, requireArguments, toDictionary, toDOMString, toInteger } from "./webidl.js";

let isSignal = () => false;
/// Set by abort.js, whose AbortSignal is an EventTarget.
export function knowSignalsBy(isAbortSignal) { isSignal = isAbortSignal; }

let reportException = (error) => { throw error; };
/// Set by report.js, which needs ErrorEvent and so loads after this file.
export function reportExceptionsWith(report) { reportException = report; }

let setTrusted;
let trusted;
let dispatchTo;
const phases = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };

export class Event {
  #type;
  #bubbles;
  #cancelable;
  #composed;
  #target = null;
  #phase = 0;
  #stopped = false;
  #stoppedAtOnce = false;
  #canceled = false;
  #passive = false;
  #dispatching = false;
  #trusted = false;
  #time = native.now() - native.timeOrigin();

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "new Event()");
    const { bubbles = false, cancelable = false, composed = false } = toDictionary(init, "The event's options");
    this.#type = toDOMString(type);
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
    this.#composed = !!composed;
    defineProperty(this, "isTrusted", trusted);
  }
  get type() { return this.#type; }
  get target() { return this.#target; }
  get srcElement() { return this.#target; }
  get currentTarget() { return this.#phase === 0 ? null : this.#target; }
  get eventPhase() { return this.#phase; }
  get bubbles() { return this.#bubbles; }
  get cancelable() { return this.#cancelable; }
  get composed() { return this.#composed; }
  get defaultPrevented() { return this.#canceled; }
  get returnValue() { return !this.#canceled; }
  set returnValue(value) { if (!value) this.preventDefault(); }
  get cancelBubble() { return this.#stopped; }
  set cancelBubble(value) { if (value) this.#stopped = true; }
  get timeStamp() { return this.#time; }
  composedPath() { return this.#phase === 0 ? [] : [this.#target]; }
  // https://dom.spec.whatwg.org/#dom-event-initevent
  initEvent(type, bubbles = false, cancelable = false) {
    requireArguments(arguments.length, 1, "Event.initEvent()");
    if (this.#dispatching) return;
    this.#stopped = this.#stoppedAtOnce = this.#canceled = this.#trusted = false;
    this.#target = null;
    this.#type = toDOMString(type);
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
  }
  stopPropagation() { this.#stopped = true; }
  stopImmediatePropagation() { this.#stopped = this.#stoppedAtOnce = true; }
  preventDefault() { if (this.#cancelable && !this.#passive) this.#canceled = true; }

  static {
    // [LegacyUnforgeable]: each event has it, and nobody can change it.
    trusted = getOwnPropertyDescriptor({ get isTrusted() { return this.#trusted; } }, "isTrusted");
    trusted.configurable = false;
    setTrusted = (event) => { event.#trusted = true; return event; };
    // https://dom.spec.whatwg.org/#concept-event-dispatch, of a tree that is its one target
    dispatchTo = (event, target, listeners, onError) => {
      if (event.#dispatching) throw new DOMException("The event is already being dispatched.", "InvalidStateError");
      event.#dispatching = true;
      event.#target = target;
      event.#phase = phases.AT_TARGET;
      // Listeners added now do not hear this event; removed ones no longer do.
      const snapshot = listeners ? slice(listeners) : [];
      for (let i = 0; i < snapshot.length && !event.#stoppedAtOnce; i++) {
        const listener = snapshot[i];
        if (listener.removed) continue;
        if (listener.once) remove(listeners, listener);
        event.#passive = listener.passive;
        try {
          const { callback } = listener;
          if (typeof callback === "function") functionApply(callback, target, [event]);
          else if (callback !== null) callback.handleEvent(event);
        } catch (error) {
          onError(error);
        }
        event.#passive = false;
      }
      event.#phase = phases.NONE;
      event.#dispatching = event.#stopped = event.#stoppedAtOnce = false;
      return !event.#canceled;
    };
  }
}
defineInterface(Event, { constants: phases });

function remove(listeners, listener) {
  listener.removed = true;
  const at = indexOf(listeners, listener);
  if (at >= 0) splice(listeners, at, 1);
}

// https://dom.spec.whatwg.org/#concept-flatten-options
const isCapture = (options) => (isObject(options) ? !!options.capture : !!options);

// https://dom.spec.whatwg.org/#event-flatten-more
function listenerOptions(options) {
  const capture = isCapture(options);
  if (!isObject(options)) return { capture, once: false, passive: false, signal: undefined };
  const { once, passive, signal } = options;
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError("addEventListener(): the signal is not an AbortSignal.");
  }
  return { capture, once: !!once, passive: !!passive, signal };
}

function find(listeners, callback, capture) {
  for (let i = 0; listeners && i < listeners.length; i++) {
    if (listeners[i].callback === callback && listeners[i].capture === capture) return listeners[i];
  }
  return null;
}

/// Dispatches an event of ours (trusted); `target` is shown to listeners in place of `holder`, `onError` is told what
/// they throw.
export let dispatch;
export let hasListeners;
let isEventTarget;

export class EventTarget {
  #listeners = null;  // Map of type → listeners in their order; made by the first listener

  addEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2, "addEventListener()");
    const name = toDOMString(type);
    const { capture, once, passive, signal } = listenerOptions(options);
    if (callback === null || callback === undefined) return;
    if (!isObject(callback)) throw new TypeError("addEventListener(): the listener is no function and no object.");
    if (signal?.aborted) return;
    this.#listeners ??= new Map();
    if (!mapHas(this.#listeners, name)) mapSet(this.#listeners, name, []);
    const listeners = mapGet(this.#listeners, name);
    if (find(listeners, callback, capture)) return;
    const listener = { callback, capture, once, passive, removed: false };
    append(listeners, listener);
    signal?.addEventListener("abort", () => remove(listeners, listener), { once: true });
  }
  removeEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2, "removeEventListener()");
    const listeners = this.#listeners && mapGet(this.#listeners, toDOMString(type));
    const listener = find(listeners, callback, isCapture(options));
    if (listener) remove(listeners, listener);
  }
  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError("dispatchEvent() takes an Event.");
    return this.#dispatch(event, this, reportException);
  }
  #dispatch(event, target, onError) {
    return dispatchTo(event, target, this.#listeners && mapGet(this.#listeners, event.type), onError);
  }

  static {
    dispatch = (holder, event, target = holder, onError = reportException) =>
      holder.#dispatch(setTrusted(event), target, onError);
    isEventTarget = (value) => isObject(value) && #listeners in value;
    hasListeners = (holder, type) => (holder.#listeners && mapGet(holder.#listeners, type)?.length > 0) === true;
  }
}
defineInterface(EventTarget);

/// Defines the attribute `ontype`: a listener that keeps its place when it is exchanged. `wasSet(target)` is told.
// https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-attributes
export function defineHandler(prototype, type, wasSet = () => {}, invoke = invokeHandler) {
  const valueSymbol = Symbol(`on${type}`);
  const name = `on${type}`;
  const handlerOf = (target) => {
    if (target !== globalThis && !isEventTarget(target)) throw new TypeError("Illegal invocation");
    return target[valueSymbol];
  };
  const attribute = getOwnPropertyDescriptor({
    get [name]() { return handlerOf(this)?.current ?? null; },
    set [name](value) {
      const current = typeof value === "function" ? value : null;
      let handler = handlerOf(this);
      if (!handler) {
        if (!current) return;
        const call = (event) => handler.current && invoke(handler.current, event);
        handler = { current, call };
        defineProperty(this, valueSymbol, { value: handler });
        this.addEventListener(type, handler.call);
      }
      handler.current = current;
      wasSet(this);
    },
  }, name);
  defineProperty(prototype, name, attribute);
}

// https://html.spec.whatwg.org/multipage/webappapis.html#the-event-handler-processing-algorithm
function invokeHandler(handler, event) {
  if (functionApply(handler, event.currentTarget, [event]) === false) event.preventDefault();
}

/// A class of events with attributes: each a name and its default.
function defineEvent(name, attributes) {
  const values = Symbol(name);
  const Class = {
    [name]: class extends Event {
      constructor(type, init = undefined) {
        requireArguments(arguments.length, 1, `new ${name}()`);
        super(type, init);
        const given = toDictionary(init, "The event's options");
        const own = { __proto__: null };
        for (const key of Object.keys(attributes)) own[key] = convert(given[key], attributes[key]);
        defineProperty(this, values, { value: own });
      }
    },
  }[name];
  for (const key of Object.keys(attributes)) {
    const attribute = getOwnPropertyDescriptor({ get [key]() { return this[values][key]; } }, key);
    defineProperty(Class.prototype, key, attribute);
  }
  return defineInterface(Class, { name });
}
function convert(value, ofDefault) {
  if (value === undefined) return ofDefault;
  if (typeof ofDefault === "string") return toDOMString(value);
  return typeof ofDefault === "number" ? toInteger(value, 32) : value;
}

// https://dom.spec.whatwg.org/#interface-customevent
export const CustomEvent = defineEvent("CustomEvent", { detail: null });
// https://html.spec.whatwg.org/multipage/webappapis.html#errorevent
const errorAttributes = { message: "", filename: "", lineno: 0, colno: 0, error: undefined };
export const ErrorEvent = defineEvent("ErrorEvent", errorAttributes);
// https://html.spec.whatwg.org/multipage/comms.html#messageevent
const messageAttributes = { data: null, origin: "", lastEventId: "", source: null, ports: freeze([]) };
export const MessageEvent = defineEvent("MessageEvent", messageAttributes);
// https://websockets.spec.whatwg.org/#the-closeevent-interface
export const CloseEvent = defineEvent("CloseEvent", { wasClean: false, code: 0, reason: "" });
// https://xhr.spec.whatwg.org/#interface-progressevent
export const ProgressEvent = defineEvent("ProgressEvent", { lengthComputable: false, loaded: 0, total: 0 });
// https://html.spec.whatwg.org/multipage/webappapis.html#promiserejectionevent
export const PromiseRejectionEvent = defineEvent("PromiseRejectionEvent", { promise: undefined, reason: undefined });
