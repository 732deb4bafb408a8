// URL: a face of the parser in C++, whose answer is the serialized URL and where in it each part lies.
// https://url.spec.whatwg.org/#url-class
import { charCodeAt, substring } from "./primordials.js";
import { paramsOfUrl, resetParams } from "./url_search_params.js";
import { defineInterface, requireArguments, toUSVString } from "./webidl.js";

// What native.urlParse and native.urlSet answer: the URL, then where each part begins and ends. By index of the begin:
const HREF = 0;
const [PROTOCOL, USERNAME, PASSWORD, HOST, HOSTNAME, PORT, PATHNAME, SEARCH, HASH] = [1, 3, 5, 7, 9, 11, 13, 15, 17];

const part = (parts, at) => (parts[at] === parts[at + 1] ? "" : substring(parts[HREF], parts[at], parts[at + 1]));
const query = (search) => (charCodeAt(search, 0) === 0x3f ? substring(search, 1) : search);

// A request's URL is looked at again and again: by the script, by Request and by fetch(). Parts are never changed.
const rememberedLengthMax = 4096;
let lastText = null;
let lastParts = null;

/// The parts of an absolute URL, or null.
export function urlParts(text, base) {
  if (base !== undefined || text.length > rememberedLengthMax) return native.urlParse(text, base);
  if (text !== lastText) {
    lastParts = native.urlParse(text, undefined);
    lastText = text;
  }
  return lastParts;
}
export const partsHref = (parts) => parts[HREF];
export const partsOrigin = (parts) => native.urlOrigin(parts[HREF]);
export const partsProtocol = (parts) => part(parts, PROTOCOL);
export const hasCredentials = (parts) => part(parts, USERNAME) !== "" || part(parts, PASSWORD) !== "";
export const partsPort = (parts) => part(parts, PORT);
export const partsHash = (parts) => part(parts, HASH);

export class URL {
  #parts;
  #params = null;

  constructor(url, base = undefined) {
    requireArguments(arguments.length, 1, "new URL()");
    const text = toUSVString(url);
    this.#parts = urlParts(text, base === undefined ? undefined : toUSVString(base));
    if (this.#parts === null) throw new TypeError(`Invalid URL: ${text}`);
  }
  static canParse(url, base = undefined) {
    requireArguments(arguments.length, 1, "URL.canParse()");
    return urlParts(toUSVString(url), base === undefined ? undefined : toUSVString(base)) !== null;
  }
  static parse(url, base = undefined) {
    requireArguments(arguments.length, 1, "URL.parse()");
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  get href() { return this.#parts[HREF]; }
  set href(value) {
    const text = toUSVString(value);
    const parts = native.urlSet(this.#parts[HREF], "href", text);
    if (parts === null) throw new TypeError(`Invalid URL: ${text}`);
    this.#replace(parts);
  }
  get origin() { return partsOrigin(this.#parts); }
  get protocol() { return part(this.#parts, PROTOCOL); }
  set protocol(value) { this.#set("protocol", value); }
  get username() { return part(this.#parts, USERNAME); }
  set username(value) { this.#set("username", value); }
  get password() { return part(this.#parts, PASSWORD); }
  set password(value) { this.#set("password", value); }
  get host() { return part(this.#parts, HOST); }
  set host(value) { this.#set("host", value); }
  get hostname() { return part(this.#parts, HOSTNAME); }
  set hostname(value) { this.#set("hostname", value); }
  get port() { return part(this.#parts, PORT); }
  set port(value) { this.#set("port", value); }
  get pathname() { return part(this.#parts, PATHNAME); }
  set pathname(value) { this.#set("pathname", value); }
  get search() { return part(this.#parts, SEARCH); }
  set search(value) { this.#set("search", value); }
  get hash() { return part(this.#parts, HASH); }
  set hash(value) { this.#set("hash", value); }
  get searchParams() {
    return (this.#params ??= paramsOfUrl(query(part(this.#parts, SEARCH)), (text) => {
      this.#parts = native.urlSet(this.#parts[HREF], "search", text) ?? this.#parts;
    }));
  }
  toString() { return this.#parts[HREF]; }
  toJSON() { return this.#parts[HREF]; }

  #set(part, value) {
    const parts = native.urlSet(this.#parts[HREF], part, toUSVString(value));
    if (parts !== null) this.#replace(parts);
  }
  #replace(parts) {
    this.#parts = parts;
    if (this.#params) resetParams(this.#params, query(part(parts, SEARCH)));
  }
}
defineInterface(URL);
