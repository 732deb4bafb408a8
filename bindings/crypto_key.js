// CryptoKey: what a script may know of a key. What is behind it is native, and wiped with it.
// https://w3c.github.io/webcrypto/#cryptokey-interface
import { append, includes, keys } from "./primordials.js";
import { DOMException } from "./dom_exception.js";
import { defineInterface, isObject } from "./webidl.js";

// https://w3c.github.io/webcrypto/#dom-keyusage. The last four belong to algorithms that are not here, but are words
// that a script may say.
const usageNames = [
  "encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey", "encapsulateKey",
  "encapsulateBits", "decapsulateKey", "decapsulateBits",
];

const making = Symbol();
let slotsIn;

export class CryptoKey {
  #slots;
  constructor(token = undefined, slots = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
    this.#slots = slots;
  }
  get type() { return this.#slots.type; }
  get extractable() { return this.#slots.extractable; }
  // The script gets copies, and always the same: what it does to them changes nothing for the key.
  get algorithm() { return (this.#slots.algorithmShown ??= shown(this.#slots.algorithm)); }
  get usages() { return (this.#slots.usagesShown ??= [...this.#slots.usages]); }
  static {
    slotsIn = (value) => (isObject(value) && #slots in value ? value.#slots : null);
  }
}
defineInterface(CryptoKey);

function shown(algorithm) {
  const copy = {};
  for (const name of keys(algorithm)) {
    const value = algorithm[name];
    copy[name] = name === "hash" ? { name: value } : name === "publicExponent" ? new Uint8Array(value) : value;
  }
  return copy;
}

/// `slots`: {type, extractable, algorithm, usages, handle}; the algorithm's hash is a name.
export const makeKey = (slots) => new CryptoKey(making, { ...slots, algorithmShown: null, usagesShown: null });

/// For structuredClone(): another object for the same key; undefined for anything else.
// https://w3c.github.io/webcrypto/#cryptokey-interface-clone
export function copyOfKey(value) {
  const slots = slotsIn(value);
  return slots === null ? undefined : makeKey(slots);
}

/// The slots of a CryptoKey; null for anything else.
export const keySlots = (value) => slotsIn(value);

/// The same, with a TypeError for anything else.
export function toKey(value, where) {
  const slots = slotsIn(value);
  if (slots) return slots;
  throw new TypeError(`${where} is not a CryptoKey.`);
}

// https://webidl.spec.whatwg.org/#es-enumeration
export function toUsage(value) {
  const usage = `${value}`;
  if (includes(usageNames, usage)) return usage;
  throw new TypeError(`"${usage}" is no usage of a key.`);
}

// https://w3c.github.io/webcrypto/#concept-normalized-usages: each once, in the specification's order.
export function normalizeUsages(usages) {
  const normal = [];
  for (let i = 0; i < usageNames.length; i++) if (includes(usages, usageNames[i])) append(normal, usageNames[i]);
  return normal;
}

export function intersect(usages, allowed) {
  const common = [];
  for (let i = 0; i < usages.length; i++) if (includes(allowed, usages[i])) append(common, usages[i]);
  return common;
}

/// Refuses usages that an algorithm's keys of that kind do not have.
export function requireUsages(usages, allowed, where) {
  for (let i = 0; i < usages.length; i++) {
    if (includes(allowed, usages[i])) continue;
    throw new DOMException(`${where} cannot be used to "${usages[i]}".`, "SyntaxError");
  }
}

/// A secret or private key that nothing can be done with is refused.
export function requireSomeUsage(usages, where) {
  if (usages.length === 0) throw new DOMException(`${where} needs a usage.`, "SyntaxError");
}
