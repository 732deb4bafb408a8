// crypto.subtle: digests and HMAC. What is not there is refused by name.
// https://w3c.github.io/webcrypto/#subtlecrypto-interface
import { append, freeze, includes, sort, typedArrayLength, upperCase } from "./primordials.js";
import { DOMException } from "./dom_exception.js";
import { copyOf, defineInterface, isObject, requireArguments, toDOMString, toSequence, viewOf } from "./webidl.js";

const notSupported = (what) => new DOMException(`${what} is not supported by edge-run`, "NotSupportedError");

// Name → bytes of the hash's block, which is the length of a key that is not told one.
const hashes = { __proto__: null, "SHA-1": 64, "SHA-256": 64, "SHA-384": 128, "SHA-512": 128, MD5: 64 };

function nameOf(algorithm, where) {
  const name = isObject(algorithm) ? algorithm.name : algorithm;
  if (name === undefined) throw new TypeError(`${where}: the algorithm has no name.`);
  return upperCase(toDOMString(name));
}

function hashOf(algorithm, where) {
  const name = nameOf(algorithm, where);
  if (name in hashes) return name;
  throw notSupported(`${where}: the hash algorithm "${name}"`);
}

const making = Symbol();
let secretOf;

// https://w3c.github.io/webcrypto/#cryptokey-interface
export class CryptoKey {
  #secret;
  #extractable;
  #algorithm;
  #usages;
  constructor(token, secret, extractable, algorithm, usages) {
    if (token !== making) throw new TypeError("Illegal constructor");
    this.#secret = secret;
    this.#extractable = extractable;
    this.#algorithm = algorithm;
    this.#usages = usages;
  }
  get type() {
    void this.#secret;
    return "secret";
  }
  get extractable() { return this.#extractable; }
  get algorithm() { return this.#algorithm; }
  get usages() { return this.#usages; }
  static {
    secretOf = (key, where) => {
      if (!isObject(key) || !(#secret in key)) throw new TypeError(`${where}: the key is not a CryptoKey.`);
      return key.#secret;
    };
  }
}
defineInterface(CryptoKey);

function requireHmac(algorithm, where) {
  const name = nameOf(algorithm, where);
  if (name !== "HMAC") throw notSupported(`${where}: the algorithm "${name}"`);
}

/// The secret of a key that may be used so.
function secretFor(key, usage, where) {
  const secret = secretOf(key, where);
  if (includes(key.usages, usage)) return secret;
  throw new DOMException(`${where}: the key's usages do not permit "${usage}".`, "InvalidAccessError");
}

const hmac = (key, secret, data) => native.hmac(key.algorithm.hash.name, secret, data);
const whole = (bytes) => bytes.buffer;

function usagesFrom(value, where) {
  const usages = toSequence(value, toDOMString, `${where}: the usages`);
  const known = [];
  for (let i = 0; i < usages.length; i++) {
    if (usages[i] !== "sign" && usages[i] !== "verify") {
      throw new DOMException(`${where}: a key for HMAC cannot be used to "${usages[i]}".`, "SyntaxError");
    }
    if (!includes(known, usages[i])) append(known, usages[i]);
  }
  if (known.length === 0) throw new DOMException(`${where}: a secret key needs a usage.`, "SyntaxError");
  return freeze(sort(known));
}

let subtle = null;

export class SubtleCrypto {
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-digest
  async digest(algorithm, data) {
    requireArguments(arguments.length, 2, "digest()");
    return whole(native.digest(hashOf(algorithm, "digest()"), viewOf(data, "digest(): the data")));
  }
  // https://w3c.github.io/webcrypto/#hmac-operations
  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    requireArguments(arguments.length, 5, "importKey()");
    requireHmac(algorithm, "importKey()");
    if (format !== "raw") throw notSupported(`importKey(): the format "${format}"`);
    const hash = hashOf(algorithm.hash, "importKey()");
    const secret = copyOf(keyData, "importKey(): the key");
    if (secret.length === 0) throw new DOMException("importKey(): an HMAC key cannot be empty.", "DataError");
    const bits = secret.length * 8;
    if (algorithm.length !== undefined && algorithm.length !== bits) {
      throw new DOMException(`importKey(): the key has ${bits} bits, not ${algorithm.length}.`, "DataError");
    }
    const description = freeze({ name: "HMAC", length: bits, hash: freeze({ name: hash }) });
    return new CryptoKey(making, secret, !!extractable, description, usagesFrom(keyUsages, "importKey()"));
  }
  async exportKey(format, key) {
    requireArguments(arguments.length, 2, "exportKey()");
    const secret = secretOf(key, "exportKey()");
    if (format !== "raw") throw notSupported(`exportKey(): the format "${format}"`);
    if (!key.extractable) throw new DOMException("exportKey(): the key is not extractable.", "InvalidAccessError");
    return whole(copyOf(secret));
  }
  async sign(algorithm, key, data) {
    requireArguments(arguments.length, 3, "sign()");
    requireHmac(algorithm, "sign()");
    return whole(hmac(key, secretFor(key, "sign", "sign()"), viewOf(data, "sign(): the data")));
  }
  async verify(algorithm, key, signature, data) {
    requireArguments(arguments.length, 4, "verify()");
    requireHmac(algorithm, "verify()");
    const given = viewOf(signature, "verify(): the signature");
    const right = hmac(key, secretFor(key, "verify", "verify()"), viewOf(data, "verify(): the data"));
    return typedArrayLength(right) === typedArrayLength(given) && native.timingSafeEqual(right, given);
  }
  // https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#timingsafeequal
  timingSafeEqual(a, b) {
    const [left, right] = [viewOf(a, "timingSafeEqual(): the first"), viewOf(b, "timingSafeEqual(): the second")];
    if (typedArrayLength(left) !== typedArrayLength(right)) {
      throw new TypeError("Input buffers must have the same byte length.");
    }
    return native.timingSafeEqual(left, right);
  }
  async encrypt(algorithm) { throw refused("encrypt", algorithm); }
  async decrypt(algorithm) { throw refused("decrypt", algorithm); }
  async generateKey(algorithm) { throw refused("generateKey", algorithm); }
  async deriveKey(algorithm) { throw refused("deriveKey", algorithm); }
  async deriveBits(algorithm) { throw refused("deriveBits", algorithm); }
  async wrapKey(format, key, wrappingKey, algorithm) { throw refused("wrapKey", algorithm); }
  async unwrapKey(format, wrapped, key, algorithm) { throw refused("unwrapKey", algorithm); }
}
defineInterface(SubtleCrypto);

function refused(method, algorithm) {
  const name = isObject(algorithm) ? algorithm.name : algorithm;
  return notSupported(`crypto.subtle.${method}()${name === undefined ? "" : ` with the algorithm "${name}"`}`);
}

export const makeSubtle = () => (subtle ??= new SubtleCrypto(making));
