// A list of headers as it goes over the wire: names and values in their order, names in the case they came in.
// https://fetch.spec.whatwg.org/#concept-header-list
import {
  append, charCodeAt, indexIn, lowerCase, mapGet, mapHas, mapSet, mapSize, matches, setAdd, setClear, setHas,
  setSize, slice, substring,
} from "./primordials.js";
import { withoutSpaceAround } from "./space_around.js";
import { toByteString } from "./webidl.js";

export const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const unusualValue = /[\0\n\r\u0100-\uffff]|^[\t ]|[\t ]$/;

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

// What is known of clients, as far as it has passed the test: policies send it in headers with every request.
const knownValues = new Set();
const knownValuesMax = 8192, knownLengthMax = 256;

/// The first `count` of `values`.
export function rememberValues(values, count) {
  if (setSize(knownValues) + count > knownValuesMax) setClear(knownValues);
  for (let i = 0; i < count; i++) {
    if (values[i].length <= knownLengthMax && !matches(unusualValue, values[i])) setAdd(knownValues, values[i]);
  }
}

// https://fetch.spec.whatwg.org/#concept-header-value-normalize
export function headerValue(value) {
  const text = typeof value === "string" ? value : `${value}`;
  if (text.length <= knownLengthMax && setHas(knownValues, text)) return text;
  if (!matches(unusualValue, text)) return text;
  const inner = withoutSpaceAround(toByteString(text));
  if (matches(/[\0\n\r]/, inner)) throw new TypeError("Invalid header value.");
  return inner;
}

export class HeaderList {
  #base = null;   // what C++ holds (HeldHeaders), under #changes; null when the list is #items alone
  #changes = "";  // since then, one after the other, as HeaderList::apply of C++ reads them
  #items = null;  // [name, value, …]; null until somebody looks at more than one header
  #text = null;   // "name\nvalue\n…" of an unchanged #base; null until somebody looks
  /// Counts changes, for those that remember something of the list.
  version = 0;

  static of(items) {
    const list = new HeaderList();
    list.#items = items;
    return list;
  }
  static ofText(text) { return HeaderList.of(lines(text)); }
  /// A list that C++ holds, or the event whose request has it; it is read when somebody looks.
  static over(base) {
    const list = new HeaderList();
    list.#base = base;
    return list;
  }

  /// C++ takes a list as what it holds, or null, and the changes to that.
  get base() { return this.#base; }
  get changes() { return this.#base === null ? additions(this.#items) : this.#changes; }
  get text() { return joined(this.items); }
  get items() {
    if (this.#items !== null) return this.#items;
    this.#items = lines(native.headersText(this.#base, this.#changes));
    if (this.#changes !== "") this.#base = null;
    return this.#items;
  }
  #change(text) {
    this.version += 1;
    this.#changes += text;
    this.#items = this.#text = null;
  }

  copy() {
    if (this.#base === null) return HeaderList.of(slice(this.#items));
    const list = HeaderList.over(this.#base);
    list.#changes = this.#changes;
    return list;
  }

  append(name, value) {
    if (this.#base !== null) return this.#change(`+${name}\n${value}\n`);
    const items = this.#items;
    this.version += 1;
    items[items.length] = name;
    items[items.length] = value;
  }

  /// The values of that name (lower-case), joined as RFC 9110 section 5.3 says; null for none.
  get(key) {
    if (this.#items === null && this.#changes === "") {
      return find((this.#text ??= native.headersText(this.#base, "")), key);
    }
    const { items } = this;
    let result = null;
    for (let i = 0; i < items.length; i += 2) {
      if (same(items[i], key)) result = result === null ? items[i + 1] : `${result}, ${items[i + 1]}`;
    }
    return result;
  }
  has(key) { return this.get(key) !== null; }
  all(key) {
    const { items } = this;
    const result = [];
    for (let i = 0; i < items.length; i += 2) if (same(items[i], key)) append(result, items[i + 1]);
    return result;
  }
  // https://fetch.spec.whatwg.org/#concept-header-list-set
  // DEPARTURE: the name is the new one's, as the case is kept on the wire.
  set(name, key, value) {
    if (this.#base !== null) return this.#change(`=${name}\n${value}\n`);
    const at = this.#find(key);
    if (at < 0) return this.append(name, value);
    this.#keep(key, at);
    this.#items[at] = name;
    this.#items[at + 1] = value;
  }
  remove(key) {
    if (this.#base !== null) this.#change(`-${key}\n\n`);
    else if (this.#find(key) >= 0) this.#keep(key, -1);
  }

  #find(key) {
    const items = this.#items;
    for (let i = 0; i < items.length; i += 2) if (same(items[i], key)) return i;
    return -1;
  }
  #keep(key, kept) {
    const items = this.#items;
    this.version += 1;
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

// What makes a list of nothing.
function additions(items) {
  let text = "";
  for (let i = 0; i < items.length; i += 2) text += `+${items[i]}\n${items[i + 1]}\n`;
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
