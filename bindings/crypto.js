// crypto: randomness, and the doors to SubtleCrypto and DigestStream.
// https://w3c.github.io/webcrypto/#Crypto-interface
import { defineProperty, includes, isView, typedArrayLength, typedArrayTag } from "./primordials.js";
import { copyOfKey } from "./crypto_key.js";
import { DigestStream } from "./digest_stream.js";
import { DOMException } from "./dom_exception.js";
import { knowCopier } from "./structured_clone.js";
import { makeSubtle } from "./subtle_crypto.js";
import { defineInterface, requireArguments } from "./webidl.js";

const integerArrays = [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
  "BigInt64Array", "BigUint64Array",
];
const randomBytesMax = 65_536;
const making = Symbol();

export class Crypto {
  #subtle;
  constructor(token = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
    this.#subtle = makeSubtle();
  }
  get subtle() { return this.#subtle; }

  // https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues
  getRandomValues(array) {
    void this.#subtle;
    requireArguments(arguments.length, 1, "getRandomValues()");
    if (!isView(array) || !includes(integerArrays, typedArrayTag(array))) {
      throw new DOMException("getRandomValues() only accepts typed arrays of integers.", "TypeMismatchError");
    }
    const size = typedArrayLength(array);
    if (size > randomBytesMax) {
      const problem = `getRandomValues() only accepts buffers of size <= 64K but provided ${size} bytes.`;
      throw new DOMException(problem, "QuotaExceededError");
    }
    native.randomFill(array);
    return array;
  }
  randomUUID() {
    void this.#subtle;
    return native.randomUUID();
  }
}
defineInterface(Crypto);
defineProperty(Crypto.prototype, "DigestStream", { value: DigestStream, writable: true, configurable: true });

knowCopier(copyOfKey);

export const crypto = new Crypto(making);
