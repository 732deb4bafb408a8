// performance and navigator: a clock, and the name of this runtime.
// https://w3c.github.io/hr-time/#sec-performance
import { EventTarget } from "./events.js";
import { defineInterface } from "./webidl.js";

const making = Symbol();

export class Performance extends EventTarget {
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
    super();
  }
  get timeOrigin() { return native.timeOrigin(); }
  now() { return native.now() - native.timeOrigin(); }
  toJSON() { return { timeOrigin: native.timeOrigin() }; }
}
defineInterface(Performance);
export const performance = new Performance(making);

export class Navigator {
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  // Code that looks where it runs finds what it knows.
  get userAgent() { return "Cloudflare-Workers"; }
}
defineInterface(Navigator);
export const navigator = new Navigator(making);
