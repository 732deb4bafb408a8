// Rate-limit bindings: `env.NAME.limit({ key })` says whether one more is within the limit.
// https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
import { defineInterface, requireArguments, toDictionary, toUSVString } from "./webidl.js";

const making = Symbol();
/// The rate limit that C++ knows by that name.
export let rateLimit;

class RateLimit {
  #name;
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  async limit(options) {
    requireArguments(arguments.length, 1, "limit()");
    const { key } = toDictionary(options, "limit(): the options");
    if (key === undefined) throw new TypeError("limit(): the options have no key.");
    return { success: native.rateLimit(this.#name, toUSVString(key)) };
  }
  static {
    rateLimit = (name) => {
      const limit = new RateLimit(making);
      limit.#name = name;
      return limit;
    };
  }
}
defineInterface(RateLimit);
