// Web IDL's conversions from JavaScript values, and the look of an interface; used by every class of bindings/.
// https://webidl.spec.whatwg.org/
import {
  append, bufferLength, dataViewBuffer, dataViewLength, dataViewOffset, defineProperty, floor, functionApply,
  getOwnPropertyDescriptor, includes, isDetached, isEnumerable, isView, keys, mapEach, mapSet, matches, max, min,
  ownKeys, setAdd, setHas, trunc, typedArrayBuffer, typedArrayLength, typedArrayOffset, typedArrayTag, wellFormed,
} from "./primordials.js";

export const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/// Called with `arguments.length`, as a missing argument differs from one that is undefined.
export function requireArguments(present, needed, where) {
  if (present >= needed) return;
  throw new TypeError(`${where} needs ${needed} argument${needed === 1 ? "" : "s"}, but only ${present} given.`);
}

// https://webidl.spec.whatwg.org/#es-DOMString
export const toDOMString = (value) => (typeof value === "string" ? value : `${value}`);

// https://webidl.spec.whatwg.org/#es-USVString
export const toUSVString = (value) => wellFormed(toDOMString(value));

// https://webidl.spec.whatwg.org/#es-ByteString
const beyondBytes = /[^\0-\xff]/;
export function toByteString(value) {
  const text = toDOMString(value);
  if (!matches(beyondBytes, text)) return text;
  throw new TypeError("Cannot convert to a byte string: a character is greater than U+00FF.");
}

// https://webidl.spec.whatwg.org/#abstract-opdef-converttoint, with modulo 2^bits
export function toInteger(value, bits, { signed = false } = {}) {
  const number = +value;
  if (number !== number || number === Infinity || number === -Infinity) return 0;
  const size = 2 ** bits;
  const whole = trunc(number) + 0;
  // The usual case; it also keeps the last digits of large numbers.
  if (whole >= (signed ? -size / 2 : 0) && whole < (signed ? size / 2 : size)) return whole;
  const wrapped = ((whole % size) + size) % size;
  return signed && wrapped >= size / 2 ? wrapped - size : wrapped;
}

/// [Clamp] long long: the nearest whole number, of two the even one.
// https://webidl.spec.whatwg.org/#abstract-opdef-converttoint
export function toClampedInteger(value) {
  const number = min(max(+value, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  if (number !== number) return 0;
  const below = floor(number);
  const odd = below % 2 !== 0;
  return (number - below > 0.5 || (number - below === 0.5 && odd) ? below + 1 : below) + 0;
}

/// [EnforceRange]: refuses what does not fit instead of wrapping it.
export function toIntegerInRange(value, least, most, where) {
  const number = +value;
  const whole = trunc(number);
  if (!(whole >= least && whole <= most)) throw new TypeError(`${where} is outside the range of ${least} to ${most}.`);
  return whole + 0;
}

// https://webidl.spec.whatwg.org/#es-dictionary: undefined and null are a dictionary without members.
const noMembers = Object.freeze({ __proto__: null });
export function toDictionary(value, where) {
  if (value === undefined || value === null) return noMembers;
  if (!isObject(value)) throw new TypeError(`${where} is not an object.`);
  return value;
}

/// A callback or listener; null and undefined are nothing.
export function toFunction(value, where) {
  if (typeof value !== "function") throw new TypeError(`${where} is not a function.`);
  return value;
}

// https://webidl.spec.whatwg.org/#es-sequence
export function toSequence(value, convert, where) {
  if (!isObject(value)) throw new TypeError(`${where} is not iterable.`);
  const method = value[Symbol.iterator];
  if (typeof method !== "function") throw new TypeError(`${where} is not iterable.`);
  const iterator = functionApply(method, value, []);
  const result = [];
  for (let step = iterator.next(); !step.done; step = iterator.next()) append(result, convert(step.value));
  return result;
}

/// Keys and values in turn, in the order of the object's own keys; a symbol cannot become a key and is refused.
// https://webidl.spec.whatwg.org/#es-record
export function toRecord(value, toKey, toValue) {
  const list = [];
  let changed = false;
  const names = ownKeys(value);
  for (let i = 0; i < names.length; i++) {
    if (!isEnumerable(value, names[i])) continue;
    const key = toKey(names[i]);
    changed ||= key !== names[i];
    append(list, key);
    append(list, toValue(value[names[i]]));
  }
  return changed ? withoutDoubles(list) : list;
}

// Different names may have become one key: it keeps its place and has the last value.
function withoutDoubles(list) {
  const entries = new Map();
  for (let i = 0; i < list.length; i += 2) mapSet(entries, list[i], list[i + 1]);
  const result = [];
  mapEach(entries, (entry, key) => {
    append(result, key);
    append(result, entry);
  });
  return result;
}

// --- byte sources ----------------------------------------------------------------------------------------------

export function isArrayBuffer(value) {
  if (typeof value !== "object" || value === null) return false;
  try {
    bufferLength(value);
    return true;
  } catch {
    return false;
  }
}

/// An ArrayBuffer or a SharedArrayBuffer: what a DataView can look at.
export function isBuffer(value) {
  if (isArrayBuffer(value)) return true;
  try {
    return new DataView(value) !== null;
  } catch {
    return false;
  }
}

export const isBufferSource = (value) => isView(value) || isArrayBuffer(value);

/// The bytes of an ArrayBuffer or view, shared, not copied.
export function viewOf(value, where = "The argument") {
  if (isView(value)) {
    if (typedArrayTag(value) === "Uint8Array") return value;
    if (typedArrayTag(value) === undefined) {
      return new Uint8Array(dataViewBuffer(value), dataViewOffset(value), dataViewLength(value));
    }
    return new Uint8Array(typedArrayBuffer(value), typedArrayOffset(value), typedArrayLength(value));
  }
  // A buffer that was moved away holds nothing.
  if (isArrayBuffer(value) && isDetached(value)) return new Uint8Array(0);
  if (isBuffer(value)) return new Uint8Array(value);
  throw new TypeError(`${where} is not an ArrayBuffer or a view of one.`);
}

/// A copy, for what must not change when the script writes to its buffer later.
// https://webidl.spec.whatwg.org/#dfn-get-buffer-source-copy
export const copyOf = (value, where) => new Uint8Array(viewOf(value, where));

// --- the look of an interface ----------------------------------------------------------------------------------

const interfaces = new Set();
/// True of the prototypes of the platform's classes.
export const isInterfacePrototype = (object) => setHas(interfaces, object);
/// For classes of libraries, which need nothing else.
export function knowInterface(constructor) { setAdd(interfaces, constructor.prototype); }

/// Makes a class look as Web IDL says: members enumerable, Symbol.toStringTag its name, constants on both objects.
// https://webidl.spec.whatwg.org/#es-interfaces
export function defineInterface(constructor, { constants = {}, name = constructor.name } = {}) {
  const { prototype } = constructor;
  knowInterface(constructor);
  makeEnumerable(prototype, ["constructor"]);
  makeEnumerable(constructor, ["prototype", "length", "name"]);
  defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  for (const key of keys(constants)) {
    const descriptor = { value: constants[key], enumerable: true };
    defineProperty(prototype, key, descriptor);
    defineProperty(constructor, key, descriptor);
  }
  return constructor;
}

function makeEnumerable(object, except) {
  for (const key of ownKeys(object)) {
    if (typeof key === "symbol" || includes(except, key)) continue;
    defineProperty(object, key, { enumerable: true });
  }
}

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/// Pair iteration over `pairOf(object, index)`: a [key, value] or undefined at the end.
// https://webidl.spec.whatwg.org/#es-iterable
export function definePairIteration(constructor, name, pairOf) {
  class PairIterator {
    #object;
    #kind;
    #index = 0;
    constructor(object, kind) {
      this.#object = object;
      this.#kind = kind;
    }
    next() {
      const pair = pairOf(this.#object, this.#index);
      if (!pair) return { value: undefined, done: true };
      this.#index += 1;
      return { value: this.#kind === "both" ? pair : this.#kind === "key" ? pair[0] : pair[1], done: false };
    }
  }
  Object.setPrototypeOf(PairIterator.prototype, iteratorPrototype);
  defineProperty(PairIterator.prototype, Symbol.toStringTag, { value: `${name} Iterator`, configurable: true });
  defineProperty(PairIterator.prototype, "next", { enumerable: true });
  delete PairIterator.prototype.constructor;
  const methods = {
    entries() { pairOf(this, 0); return new PairIterator(this, "both"); },
    keys() { pairOf(this, 0); return new PairIterator(this, "key"); },
    values() { pairOf(this, 0); return new PairIterator(this, "value"); },
    forEach(callback, thisArgument = undefined) {
      toFunction(callback, `${name}.forEach: the callback`);
      for (let i = 0, pair; (pair = pairOf(this, i)); i++) {
        functionApply(callback, thisArgument, [pair[1], pair[0], this]);
      }
    },
  };
  for (const key of keys(methods)) {
    const method = { value: methods[key], writable: true, enumerable: true, configurable: true };
    defineProperty(constructor.prototype, key, method);
  }
  const iterate = { value: methods.entries, writable: true, configurable: true };
  defineProperty(constructor.prototype, Symbol.iterator, iterate);
}
