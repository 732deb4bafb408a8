// MessageChannel and MessagePort: two ends in one script, between which clones travel.
// https://html.spec.whatwg.org/multipage/web-messaging.html#message-channels
import { append, freeze, includes, isArray, splice } from "./primordials.js";
import { DOMException } from "./dom_exception.js";
import { defineHandler, dispatch, EventTarget, MessageEvent } from "./events.js";
import { cloneWithTransfer, knowMover } from "./structured_clone.js";
import { startTimer } from "./timers.js";
import { defineInterface, isObject, requireArguments, toDictionary, toSequence } from "./webidl.js";

const making = Symbol();
let entangle;

export class MessagePort extends EventTarget {
  #other = null;   // null: closed, or moved away
  #queue = [];     // messages that wait for start()
  #started = false;

  constructor(token = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
    super();
  }

  // https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-postmessage
  postMessage(message, options = undefined) {
    requireArguments(arguments.length, 1, "MessagePort.postMessage()");
    const { transfer = [] } = isArray(options) ? { transfer: options } : toDictionary(options, "The options");
    const list = toSequence(transfer, (one) => one, "The transfer list");
    if (includes(list, this)) throw new DOMException("A port cannot be sent through itself.", "DataCloneError");
    const { copy, moved } = cloneWithTransfer(message, list);
    const target = this.#other;
    if (target === null) return;
    const ports = [];
    for (let i = 0; i < moved.length; i++) if (#queue in moved[i]) append(ports, moved[i]);
    append(target.#queue, { data: copy, ports: freeze(ports) });
    if (target.#started) target.#deliverOne();
  }
  start() {
    if (this.#started) return;
    this.#started = true;
    for (let i = 0; i < this.#queue.length; i++) this.#deliverOne();
  }
  close() {
    if (this.#other !== null) this.#other.#other = null;
    this.#other = null;
  }

  #deliverOne() {
    startTimer(() => {
      const message = splice(this.#queue, 0, 1)[0];
      if (message === undefined) return;
      dispatch(this, new MessageEvent("message", message));
    }, 0);
  }

  static {
    entangle = () => {
      const [one, two] = [new MessagePort(making), new MessagePort(making)];
      one.#other = two;
      two.#other = one;
      return [one, two];
    };
    // https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports: transfer steps
    knowMover((object) => {
      if (!isObject(object) || !(#queue in object)) return undefined;
      const port = new MessagePort(making);
      port.#other = object.#other;
      port.#queue = object.#queue;
      if (port.#other !== null) port.#other.#other = port;
      object.#other = null;
      object.#queue = [];
      return port;
    });
  }
}
defineHandler(MessagePort.prototype, "message", (port) => port.start());
defineHandler(MessagePort.prototype, "messageerror");
defineInterface(MessagePort);

export class MessageChannel {
  #ports = entangle();
  get port1() { return this.#ports[0]; }
  get port2() { return this.#ports[1]; }
}
defineInterface(MessageChannel);
