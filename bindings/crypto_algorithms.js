// The registry of algorithms: what each can do, and how its parameters are read.
// https://w3c.github.io/webcrypto/#algorithms
import { keys, matches, upperCase } from "./primordials.js";
import { toKey } from "./crypto_key.js";
import { DOMException } from "./dom_exception.js";
import { isBufferSource, isObject, toDOMString, toIntegerInRange } from "./webidl.js";

export const notSupported = (message) => new DOMException(message, "NotSupportedError");
export const dataError = (message) => new DOMException(message, "DataError");
export const operationError = (message) => new DOMException(message, "OperationError");
export const invalidAccess = (message) => new DOMException(message, "InvalidAccessError");

// Upper-case name → {name, operations}.
const registry = { __proto__: null };

/// `operations`: operation → {parameters, check, run, raw}. `parameters` are member → reader, in Web IDL's order;
/// `check(algorithm, length)` throws what is wrong with them whatever the key is; `run` does it; `raw` is what the
/// format "raw" is called where it stands for a kind of key.
export function defineAlgorithm(name, operations) {
  registry[upperCase(name)] = { name, operations: { __proto__: null, ...operations } };
}

// Names are compared by ASCII: "ı" would become "I".
const beyondASCII = /[^\0-\x7f]/;

// https://w3c.github.io/webcrypto/#algorithm-normalization-normalize-an-algorithm
export function normalize(operation, identifier) {
  const given = isObject(identifier) ? identifier : { __proto__: null, name: toDOMString(identifier) };
  const givenName = required(toDOMString)(given.name, "The algorithm's name");
  const algorithm = matches(beyondASCII, givenName) ? undefined : registry[upperCase(givenName)];
  const offered = algorithm?.operations[operation];
  if (!offered) throw notSupported(`The algorithm "${givenName}" does not support ${operation}() in edge-run.`);
  const normalized = { __proto__: null, ...offered, name: algorithm.name };
  for (const member of keys(offered.parameters ?? nothing)) {
    normalized[member] = offered.parameters[member](given[member], `${algorithm.name}: the member "${member}"`);
  }
  return normalized;
}
const nothing = Object.freeze({ __proto__: null });

/// What the algorithm of a key does for an operation without parameters.
export function operationFor(key, operation) {
  const offered = registry[upperCase(key.algorithm.name)].operations[operation];
  if (offered) return offered;
  throw notSupported(`The algorithm "${key.algorithm.name}" does not support ${operation}().`);
}

// --- readers of parameters -----------------------------------------------------------------------------------------

export const required = (read) => (value, where) => {
  if (value === undefined) throw new TypeError(`${where} is missing.`);
  return read(value, where);
};
export const optional = (read, fallback) => (value, where) => (value === undefined ? fallback : read(value, where));

export const integer = (most) => (value, where) => toIntegerInRange(value, 0, most, where);
export const octet = integer(255);
export const short = integer(65_535);
export const long = integer(4_294_967_295);
export const text = (value) => toDOMString(value);
export const key = (value, where) => toKey(value, where);

// Natives copy the bytes within the call that read them, so none are copied here.
export function bytes(value, where) {
  if (isBufferSource(value)) return value;
  throw new TypeError(`${where} is not an ArrayBuffer or a view of one.`);
}

// https://w3c.github.io/webcrypto/#big-integer
export function bigInteger(value, where) {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new TypeError(`${where} is not a Uint8Array.`);
}

// https://w3c.github.io/webcrypto/#hash-algorithm-identifier: the name of the hash. MD5 is there for digests alone.
export function hash(value) {
  const { name } = normalize("digest", value);
  if (name === "MD5") throw notSupported("MD5 is supported by digest() only.");
  return name;
}
