// URL: a face of the parser in C++, whose answer is the eleven parts as text.
// https://url.spec.whatwg.org/#url-class
import { charCodeAt, substring } from "./primordials.js";
import { paramsOfUrl, resetParams } from "./url_search_params.js";
import { defineInterface, requireArguments, toUSVString } from "./webidl.js";

// What native.urlParse and native.urlSet answer, by index.
const [HREF, ORIGIN, PROTOCOL, USERNAME, PASSWORD, HOST] = [0, 1, 2, 3, 4, 5];
const [HOSTNAME, PORT, PATHNAME, SEARCH, HASH] = [6, 7, 8, 9, 10];

const query = (search) => (charCodeAt(search, 0) === 0x3f ? substring(search, 1) : search);

/// The parts of an absolute URL, or null.
export const urlParts = (text, base) => native.urlParse(text, base);
export const partsHref = (parts) => parts[HREF];
export const partsOrigin = (parts) => parts[ORIGIN];
export const partsProtocol = (parts) => parts[PROTOCOL];
export const hasCredentials = (parts) => parts[USERNAME] !== "" || parts[PASSWORD] !== "";
export const partsHash = (parts) => parts[HASH];

export class URL {
  #parts;
  #params = null;

  constructor(url, base) {
    requireArguments(arguments.length, 1, "new URL()");
    const text = toUSVString(url);
    this.#parts = urlParts(text, base === undefined ? undefined : toUSVString(base));
    if (this.#parts === null) throw new TypeError(`Invalid URL: ${text}`);
  }
  static canParse(url, base) {
    requireArguments(arguments.length, 1, "URL.canParse()");
    return urlParts(toUSVString(url), base === undefined ? undefined : toUSVString(base)) !== null;
  }
  static parse(url, base) {
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
  get origin() { return this.#parts[ORIGIN]; }
  get protocol() { return this.#parts[PROTOCOL]; }
  set protocol(value) { this.#set("protocol", value); }
  get username() { return this.#parts[USERNAME]; }
  set username(value) { this.#set("username", value); }
  get password() { return this.#parts[PASSWORD]; }
  set password(value) { this.#set("password", value); }
  get host() { return this.#parts[HOST]; }
  set host(value) { this.#set("host", value); }
  get hostname() { return this.#parts[HOSTNAME]; }
  set hostname(value) { this.#set("hostname", value); }
  get port() { return this.#parts[PORT]; }
  set port(value) { this.#set("port", value); }
  get pathname() { return this.#parts[PATHNAME]; }
  set pathname(value) { this.#set("pathname", value); }
  get search() { return this.#parts[SEARCH]; }
  set search(value) { this.#set("search", value); }
  get hash() { return this.#parts[HASH]; }
  set hash(value) { this.#set("hash", value); }
  get searchParams() {
    return (this.#params ??= paramsOfUrl(query(this.#parts[SEARCH]), (text) => {
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
    if (this.#params) resetParams(this.#params, query(parts[SEARCH]));
  }
}
defineInterface(URL);
