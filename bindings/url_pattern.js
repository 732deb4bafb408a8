// URLPattern: a face of ada's patterns.
// https://urlpattern.spec.whatwg.org/#urlpattern-class
import { append } from "./primordials.js";
import { defineInterface, isObject, toDictionary, toUSVString } from "./webidl.js";

const components = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
// A dictionary's members are read in the order of their names.
const members = ["baseURL", "hash", "hostname", "password", "pathname", "port", "protocol", "search", "username"];

/// A URLPatternInput as natives take it: text, or members as a list of names and values.
function inputFrom(value) {
  if (value !== undefined && value !== null && !isObject(value)) {
    return { text: toUSVString(value), list: [], given: null };
  }
  const list = [];
  const given = {};
  const init = toDictionary(value, "URLPattern: the input");
  for (let i = 0; i < members.length; i++) {
    const member = init[members[i]];
    if (member === undefined) continue;
    given[members[i]] = toUSVString(member);
    append(list, members[i]);
    append(list, given[members[i]]);
  }
  return { text: null, list, given };
}

const baseFrom = (value) => (value === undefined ? null : toUSVString(value));

export class URLPattern {
  #pattern;
  #parts;

  // https://urlpattern.spec.whatwg.org/#dom-urlpattern-urlpattern: (input, baseURL, options) or (input, options)
  constructor(input, baseOrOptions, options) {
    const hasBase = arguments.length > 2 || !(baseOrOptions === undefined || baseOrOptions === null
      || isObject(baseOrOptions));
    const { text, list } = inputFrom(input);
    const base = hasBase ? toUSVString(baseOrOptions) : null;
    const { ignoreCase = false } = toDictionary(hasBase ? options : baseOrOptions, "new URLPattern(): the options");
    this.#pattern = native.urlPatternOpen(text, list, base, !!ignoreCase);
    this.#parts = native.urlPatternParts(this.#pattern);
  }
  get protocol() { return this.#parts[0]; }
  get username() { return this.#parts[1]; }
  get password() { return this.#parts[2]; }
  get hostname() { return this.#parts[3]; }
  get port() { return this.#parts[4]; }
  get pathname() { return this.#parts[5]; }
  get search() { return this.#parts[6]; }
  get hash() { return this.#parts[7]; }
  get hasRegExpGroups() { return native.urlPatternHasGroups(this.#pattern); }

  // https://urlpattern.spec.whatwg.org/#dom-urlpattern-test
  test(input = {}, baseURL = undefined) {
    const { text, list } = inputFrom(input);
    return native.urlPatternTest(this.#pattern, text, list, baseFrom(baseURL));
  }
  // https://urlpattern.spec.whatwg.org/#dom-urlpattern-exec
  exec(input = {}, baseURL = undefined) {
    const { text, list, given } = inputFrom(input);
    const base = baseFrom(baseURL);
    const found = native.urlPatternExec(this.#pattern, text, list, base);
    if (found === null) return null;
    const first = text ?? given;
    const result = { inputs: base === null ? [first] : [first, base] };
    for (let i = 0; i < components.length; i++) result[components[i]] = resultOf(found[i]);
    return result;
  }
}
defineInterface(URLPattern);

function resultOf([input, pairs]) {
  const groups = {};
  // A group that took no part is there all the same.
  for (let i = 0; i < pairs.length; i++) groups[pairs[i][0]] = pairs[i][1] ?? undefined;
  return { input, groups };
}
