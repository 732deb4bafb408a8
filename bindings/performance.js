// performance and navigator: a clock, and the name of this runtime.
// https://w3c.github.io/hr-time/#sec-performance
import { EventTarget } from "./events.js";
import { defineInterface } from "./webidl.js";

const making = Symbol();

export class Performance extends EventTarget {
  #brand;
  constructor(token = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
    super();
  }
  get timeOrigin() {
    void this.#brand;
    return native.timeOrigin();
  }
  now() {
    void this.#brand;
    return native.now() - native.timeOrigin();
  }
  toJSON() {
    void this.#brand;
    return { timeOrigin: this.timeOrigin };
  }
}
defineInterface(Performance);
export const performance = new Performance(making);

export class Navigator {
  constructor(token = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  // Code that looks where it runs finds what it knows.
  get userAgent() { return "Cloudflare-Workers"; }
}
defineInterface(Navigator);
export const navigator = new Navigator(making);
