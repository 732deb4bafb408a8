// URLSearchParams, and the application/x-www-form-urlencoded format.
// https://url.spec.whatwg.org/#interface-urlsearchparams
import {
  append, charCodeAt, fromCharCode, functionApply, indexIn, matches, replaceAll, sort, split, substring,
} from "./primordials.js";
import {
  defineInterface, definePairIteration, isObject, requireArguments, toFunction, toRecord, toSequence, toUSVString,
} from "./webidl.js";

const unreserved = /^[A-Za-z0-9*\-._]*$/;
const hexDigits = "0123456789ABCDEF";

// https://url.spec.whatwg.org/#concept-urlencoded-serializer
function encode(text) {
  if (matches(unreserved, text)) return text;
  const bytes = native.utf8Encode(text);
  let result = "";
  for (let i = 0; i < bytes.length; i++) {
    const character = fromCharCode(bytes[i]);
    if (bytes[i] < 0x80 && matches(unreserved, character)) result += character;
    else result += bytes[i] === 0x20 ? "+" : `%${hexDigits[bytes[i] >> 4]}${hexDigits[bytes[i] & 15]}`;
  }
  return result;
}

function hexValue(code) {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function decode(text) {
  const spaced = indexIn(text, "+") < 0 ? text : replaceAll(text, "+", " ");
  if (indexIn(spaced, "%") < 0) return spaced;
  return native.utf8Decode(percentDecode(spaced), false, true);
}

// https://url.spec.whatwg.org/#string-percent-decode
export function percentDecode(text) {
  const bytes = native.utf8Encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === 0x25 && i + 2 < bytes.length ? hexValue(bytes[i + 1]) : -1;
    const low = high < 0 ? -1 : hexValue(bytes[i + 2]);
    bytes[length++] = low < 0 ? bytes[i] : high * 16 + low;
    if (low >= 0) i += 2;
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
}

/// Pairs of name and value.
// https://url.spec.whatwg.org/#concept-urlencoded-parser
export function parseUrlencoded(text) {
  const pairs = [];
  const parts = split(text, "&");
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === "") continue;
    const at = indexIn(parts[i], "=");
    if (at < 0) append(pairs, [decode(parts[i]), ""]);
    else append(pairs, [decode(substring(parts[i], 0, at)), decode(substring(parts[i], at + 1))]);
  }
  return pairs;
}

export function serializeUrlencoded(pairs) {
  let text = "";
  for (let i = 0; i < pairs.length; i++) text += `${i === 0 ? "" : "&"}${encode(pairs[i][0])}=${encode(pairs[i][1])}`;
  return text;
}

function inPairs(list) {
  const pairs = [];
  for (let i = 0; i < list.length; i += 2) append(pairs, [list[i], list[i + 1]]);
  return pairs;
}

// https://url.spec.whatwg.org/#urlsearchparams-initialize
function pairsOf(init) {
  if (!isObject(init)) {
    const text = toUSVString(init);
    return parseUrlencoded(charCodeAt(text, 0) === 0x3f ? substring(text, 1) : text);
  }
  if (init[Symbol.iterator] === undefined) return inPairs(toRecord(init, toUSVString, toUSVString));
  const pairs = toSequence(init, (pair) => toSequence(pair, toUSVString, "A pair"), "The parameters");
  for (let i = 0; i < pairs.length; i++) {
    if (pairs[i].length !== 2) throw new TypeError("A sequence of parameters needs pairs of name and value.");
  }
  return pairs;
}

/// Parameters that follow a URL: `changed(text)` is told of every change of theirs.
export let paramsOfUrl;
/// The URL's own query changed.
export let resetParams;

export class URLSearchParams {
  #pairs;
  #changed = null;
  constructor(init = "") { this.#pairs = pairsOf(init); }

  get size() { return this.#pairs.length; }
  append(name, value) {
    requireArguments(arguments.length, 2, "URLSearchParams.append()");
    append(this.#pairs, [toUSVString(name), toUSVString(value)]);
    this.#update();
  }
  delete(name, value = undefined) {
    requireArguments(arguments.length, 1, "URLSearchParams.delete()");
    this.#keep(toUSVString(name), value === undefined ? undefined : toUSVString(value));
    this.#update();
  }
  get(name) {
    requireArguments(arguments.length, 1, "URLSearchParams.get()");
    const at = this.#find(toUSVString(name));
    return at < 0 ? null : this.#pairs[at][1];
  }
  getAll(name) {
    requireArguments(arguments.length, 1, "URLSearchParams.getAll()");
    const wanted = toUSVString(name);
    const values = [];
    for (let i = 0; i < this.#pairs.length; i++) if (this.#pairs[i][0] === wanted) append(values, this.#pairs[i][1]);
    return values;
  }
  has(name, value = undefined) {
    requireArguments(arguments.length, 1, "URLSearchParams.has()");
    return this.#find(toUSVString(name), value === undefined ? undefined : toUSVString(value)) >= 0;
  }
  set(name, value) {
    requireArguments(arguments.length, 2, "URLSearchParams.set()");
    const wanted = toUSVString(name);
    const text = toUSVString(value);
    const at = this.#find(wanted);
    if (at < 0) {
      append(this.#pairs, [wanted, text]);
    } else {
      this.#pairs[at] = [wanted, text];
      this.#keep(wanted, undefined, at);
    }
    this.#update();
  }
  sort() {
    sort(this.#pairs, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#update();
  }
  toString() { return serializeUrlencoded(this.#pairs); }

  #find(name, value) {
    for (let i = 0; i < this.#pairs.length; i++) {
      if (this.#pairs[i][0] === name && (value === undefined || this.#pairs[i][1] === value)) return i;
    }
    return -1;
  }
  // Drops the pairs of that name (and value), except the one at `kept`.
  #keep(name, value, kept = -1) {
    const rest = [];
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i];
      if (i === kept || pair[0] !== name || (value !== undefined && pair[1] !== value)) append(rest, pair);
    }
    this.#pairs = rest;
  }
  #update() {
    if (this.#changed) functionApply(this.#changed, undefined, [serializeUrlencoded(this.#pairs)]);
  }

  static {
    definePairIteration(this, "URLSearchParams", (params, index) => {
      const pair = params.#pairs[index];
      return pair && [pair[0], pair[1]];
    });
    paramsOfUrl = (query, changed) => {
      const params = new URLSearchParams();
      params.#pairs = parseUrlencoded(query);
      params.#changed = toFunction(changed, "changed");
      return params;
    };
    resetParams = (params, query) => { params.#pairs = parseUrlencoded(query); };
  }
}
defineInterface(URLSearchParams);
