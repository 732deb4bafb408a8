// Bindings that have a fetch() of their own: other scripts (services) and client certificates.
// https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/http/
// https://developers.cloudflare.com/workers/runtime-apis/bindings/mtls/
import { fetchBy } from "./fetch.js";
import { setPrototypeOf } from "./primordials.js";
import { methodsBehind } from "./rpc.js";
import { defineInterface, requireArguments } from "./webidl.js";

const making = Symbol();
/// What C++ knows by that name: a certificate's fetch(), and another script, which has methods beside its fetch().
export let fetcher;
export const service = (name) => setPrototypeOf(fetcher(name), methodsBehind(Fetcher.prototype, name));

class Fetcher {
  #name;
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  async fetch(input, init) {
    requireArguments(arguments.length, 1, "fetch()");
    return fetchBy(this.#name, input, init);
  }
  static {
    fetcher = (name) => {
      const made = new Fetcher(making);
      made.#name = name;
      return made;
    };
  }
}
defineInterface(Fetcher);
