// A list of headers as it goes over the wire: names and values in their order, names in the case they came in.
// https://fetch.spec.whatwg.org/#concept-header-list
import {
  append, charCodeAt, exec, indexIn, lowerCase, mapGet, mapHas, mapSet, mapSize, matches, slice, substring,
} from "./primordials.js";
import { toByteString } from "./webidl.js";

export const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const unusualValue = /[\0\n\r\u0100-\uffff]|^[\t ]|[\t ]$/;
const surroundingSpace = /^[\t\n\r ]*([^]*?)[\t\n\r ]*$/;

// Names that have passed the test, with their lower-case form: scripts use few, again and again.
const knownNames = new Map();
const knownNamesMax = 300;

/// The lower-case form of a header's name, which is checked.
export function nameKey(name) {
  const known = typeof name === "string" ? mapGet(knownNames, name) : undefined;
  if (known !== undefined) return known;
  const text = toByteString(name);
  if (!matches(token, text)) throw new TypeError("Invalid header name.");
  const key = lowerCase(text);
  if (mapSize(knownNames) < knownNamesMax) mapSet(knownNames, text, key);
  return key;
}

/// As toByteString, but quick for what is usual.
export const byteName = (name) => (typeof name === "string" && mapHas(knownNames, name) ? name : toByteString(name));
export function byteValue(value) {
  const text = typeof value === "string" ? value : `${value}`;
  return matches(unusualValue, text) ? toByteString(text) : text;
}

// https://fetch.spec.whatwg.org/#concept-header-value-normalize
export function headerValue(value) {
  const text = typeof value === "string" ? value : `${value}`;
  if (!matches(unusualValue, text)) return text;
  const [, inner] = exec(surroundingSpace, toByteString(text));
  if (matches(/[\0\n\r]/, inner)) throw new TypeError("Invalid header value.");
  return inner;
}

export class HeaderList {
  #text;   // "name\nvalue\n…": what C++ gave and takes; null when items changed since
  #items;  // [name, value, …]; null until somebody looks
  /// Counts changes, for those that remember something of the list.
  version = 0;

  constructor(text = "", items = null) {
    this.#text = text;
    this.#items = items;
  }
  static of(items) { return new HeaderList(null, items); }

  get text() { return (this.#text ??= joined(this.#items)); }
  get items() { return (this.#items ??= lines(this.#text)); }
  #change() {
    this.version += 1;
    this.#text = null;
    return this.items;
  }

  copy() { return this.#text === null ? HeaderList.of(slice(this.#items)) : new HeaderList(this.#text); }

  append(name, value) {
    const { items } = this;
    this.version += 1;
    if (this.#text !== null) this.#text += `${name}\n${value}\n`;
    items[items.length] = name;
    items[items.length] = value;
  }

  /// The values of that name (lower-case), joined as RFC 9110 section 5.3 says; null for none.
  get(key) {
    if (this.#items === null) return find(this.#text, key);
    const { items } = this;
    let result = null;
    for (let i = 0; i < items.length; i += 2) {
      if (same(items[i], key)) result = result === null ? items[i + 1] : `${result}, ${items[i + 1]}`;
    }
    return result;
  }
  has(key) { return this.#find(key) >= 0; }
  all(key) {
    const { items } = this;
    const result = [];
    for (let i = 0; i < items.length; i += 2) if (same(items[i], key)) append(result, items[i + 1]);
    return result;
  }
  // https://fetch.spec.whatwg.org/#concept-header-list-set
  set(name, key, value) {
    const at = this.#find(key);
    if (at < 0) return this.append(name, value);
    // DEPARTURE: the name is the new one's, as the case is kept on the wire.
    this.#keep(key, at);
    const items = this.#change();
    items[at] = name;
    items[at + 1] = value;
  }
  remove(key) {
    if (this.#find(key) >= 0) this.#keep(key, -1);
  }

  #find(key) {
    const { items } = this;
    for (let i = 0; i < items.length; i += 2) if (same(items[i], key)) return i;
    return -1;
  }
  #keep(key, kept) {
    const { items } = this;
    this.#change();
    const rest = [];
    for (let i = 0; i < items.length; i += 2) {
      if (i !== kept && same(items[i], key)) continue;
      rest[rest.length] = items[i];
      rest[rest.length] = items[i + 1];
    }
    this.#items = rest;
  }
}

// Quicker than String.prototype.split.
function lines(text) {
  const items = [];
  for (let at = 0; at < text.length;) {
    const end = indexIn(text, "\n", at);
    items[items.length] = substring(text, at, end);
    at = end + 1;
  }
  return items;
}

// As HeaderList.get, without cutting the text into pieces: most scripts look at one or two headers.
function find(text, key) {
  let result = null;
  for (let at = 0; at < text.length;) {
    const nameEnd = indexIn(text, "\n", at);
    const valueEnd = indexIn(text, "\n", nameEnd + 1);
    if (nameEnd - at === key.length && same(substring(text, at, nameEnd), key)) {
      const value = substring(text, nameEnd + 1, valueEnd);
      result = result === null ? value : `${result}, ${value}`;
    }
    at = valueEnd + 1;
  }
  return result;
}

// Twice as quick as Array.prototype.join for the few headers of a response.
function joined(items) {
  let text = "";
  for (let i = 0; i < items.length; i++) text += `${items[i]}\n`;
  return text;
}

function same(name, key) {
  if (name.length !== key.length) return false;
  if (name === key) return true;
  // Most names of one length differ in the first or the last letter.
  const last = name.length - 1;
  return (charCodeAt(name, 0) | 0x20) === (charCodeAt(key, 0) | 0x20) &&
    (charCodeAt(name, last) | 0x20) === (charCodeAt(key, last) | 0x20) && lowerCase(name) === key;
}
