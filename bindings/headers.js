// Headers: what scripts see of a header list.
// https://fetch.spec.whatwg.org/#headers-class
import { append, indexOf, lowerCase, sort } from "./primordials.js";
import { byteName, byteValue, HeaderList, headerValue, nameKey } from "./header_list.js";
import {
  defineInterface, definePairIteration, isObject, requireArguments, toByteString, toRecord, toSequence,
} from "./webidl.js";

/// Headers over `list`; nobody can change them when they are immutable.
export let headersOver;
/// The list below a Headers object; undefined for anything else.
export let listOf;

let iterate;  // the iterator of Headers, as long as no script has put its own in its place

/// The list that a HeadersInit describes.
// https://fetch.spec.whatwg.org/#concept-headers-fill
export function listFrom(init) {
  if (!isObject(init)) throw new TypeError("Headers can be made of Headers, pairs, or an object of names and values.");
  const method = init[Symbol.iterator];
  const other = listOf(init);
  if (other && method === iterate) return other.copy();
  const items = method === undefined || method === null
    ? toRecord(init, byteName, byteValue)
    : itemsOfPairs(toSequence(init, (pair) => toSequence(pair, toByteString, "A header"), "The headers"));
  // Everything has been converted before anything is looked at.
  for (let i = 0; i < items.length; i += 2) {
    nameKey(items[i]);
    items[i + 1] = headerValue(items[i + 1]);
  }
  return HeaderList.of(items);
}

function itemsOfPairs(pairs) {
  const items = [];
  for (let i = 0; i < pairs.length; i++) {
    if (pairs[i].length !== 2) throw new TypeError("A sequence of headers needs pairs of name and value.");
    append(items, pairs[i][0]);
    append(items, pairs[i][1]);
  }
  return items;
}

// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
function sorted(list) {
  const names = [];
  for (let i = 0; i < list.items.length; i += 2) {
    const key = lowerCase(list.items[i]);
    if (indexOf(names, key) < 0) append(names, key);
  }
  sort(names);
  const pairs = [];
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== "set-cookie") {
      append(pairs, [names[i], list.get(names[i])]);
      continue;
    }
    const values = list.all("set-cookie");
    for (let k = 0; k < values.length; k++) append(pairs, ["set-cookie", values[k]]);
  }
  return pairs;
}

const skip = Symbol();

export class Headers {
  #list = null;
  #immutable = false;
  #sorted = null;
  #sortedVersion = 0;

  constructor(init = undefined) {
    if (init === skip) return;
    this.#list = init === undefined ? HeaderList.of([]) : listFrom(init);
  }

  append(name, value) {
    requireArguments(arguments.length, 2, "Headers.append()");
    const [checked, text] = [nameKey(name) && `${name}`, headerValue(value)];
    this.#mutable().append(checked, text);
  }
  delete(name) {
    requireArguments(arguments.length, 1, "Headers.delete()");
    const key = nameKey(name);
    this.#mutable().remove(key);
  }
  get(name) {
    requireArguments(arguments.length, 1, "Headers.get()");
    return this.#list.get(nameKey(name));
  }
  has(name) {
    requireArguments(arguments.length, 1, "Headers.has()");
    return this.#list.has(nameKey(name));
  }
  set(name, value) {
    requireArguments(arguments.length, 2, "Headers.set()");
    const [key, text] = [nameKey(name), headerValue(value)];
    this.#mutable().set(`${name}`, key, text);
  }
  getSetCookie() { return this.#list.all("set-cookie"); }
  // https://developers.cloudflare.com/workers/runtime-apis/headers/#differences
  getAll(name) {
    requireArguments(arguments.length, 1, "Headers.getAll()");
    if (nameKey(name) !== "set-cookie") {
      throw new TypeError('getAll() can only be used with the header name "Set-Cookie".');
    }
    return this.#list.all("set-cookie");
  }

  #mutable() {
    if (this.#immutable) throw new TypeError("Can't modify immutable headers.");
    return this.#list;
  }

  static {
    headersOver = (list, immutable = false) => {
      const headers = new Headers(skip);
      headers.#list = list;
      headers.#immutable = immutable;
      return headers;
    };
    listOf = (value) => (typeof value === "object" && value !== null && #list in value ? value.#list : undefined);
    // Iteration is live: the pairs are sorted anew after a change.
    definePairIteration(this, "Headers", (headers, index) => {
      if (headers.#sorted === null || headers.#sortedVersion !== headers.#list.version) {
        headers.#sorted = sorted(headers.#list);
        headers.#sortedVersion = headers.#list.version;
      }
      const pair = headers.#sorted[index];
      return pair && [pair[0], pair[1]];
    });
    iterate = Headers.prototype[Symbol.iterator];
  }
}
defineInterface(Headers);
