// The Cache API: `caches.default` and named caches, with Cloudflare's rules for what is stored and how it is found.
// https://developers.cloudflare.com/workers/runtime-apis/cache/
import {
  dateNow, dateParse, exec, floor, includes, indexIn, lowerCase, mapGet, mapSet, matches, min, split, substring, trim,
} from "./primordials.js";
import { Body, HANDLE } from "./body.js";
import { HeaderList } from "./header_list.js";
import { headerListOf, requestState } from "./request.js";
import { isNullBodyStatus, responseOver, responseState } from "./response.js";
import { partsHref, urlParts } from "./url.js";
import { defineInterface, requireArguments, toDictionary, toUSVString } from "./webidl.js";

// https://developers.cloudflare.com/cache/how-to/configure-cache-status-code/#edge-ttl
const minute = 60;
const secondsByStatus = {
  __proto__: null, 200: 120 * minute, 301: 120 * minute, 302: 20 * minute, 303: 20 * minute, 403: minute,
  404: 3 * minute, 410: 3 * minute,
};
// The first of them that a response has decides.
const controlHeaders = ["cloudflare-cdn-cache-control", "cdn-cache-control", "cache-control"];

/// The directives of a Cache-Control header by lower-case name.
// RFC 9111 section 5.2
function directivesOf(list) {
  const directives = new Map();
  let text = null;
  for (let i = 0; i < controlHeaders.length && text === null; i++) text = list.get(controlHeaders[i]);
  if (text === null) return directives;
  const parts = split(text, ",");
  for (let i = 0; i < parts.length; i++) {
    const [, name, value] = exec(/^([^=]*)=?(.*)$/s, trim(parts[i]));
    mapSet(directives, lowerCase(trim(name)), exec(/^"?(.*?)"?$/s, trim(value))[1]);
  }
  return directives;
}

/// How many seconds a response may be given out; 0: it is not stored.
function freshness(status, list, directives) {
  const forbidden = mapGet(directives, "private");
  if (forbidden !== undefined && lowerCase(forbidden) !== "set-cookie") return 0;
  if (mapGet(directives, "no-store") !== undefined || mapGet(directives, "no-cache") !== undefined) return 0;
  const age = mapGet(directives, "s-maxage") ?? mapGet(directives, "max-age");
  if (age !== undefined) return matches(/^\d{1,10}$/, age) ? +age : 0;
  const expires = list.get("expires");
  if (expires === null) return secondsByStatus[status] ?? 0;
  const time = dateParse(expires);
  return time === time ? floor((time - dateNow()) / 1000) : 0;
}

/// The key of a request, and its headers where it has any.
function keyOf(input, name) {
  const state = requestState(input);
  const parts = urlParts(state === undefined ? toUSVString(input) : state.url);
  if (parts === null) throw new TypeError("Invalid URL. Cache API keys must be fully-qualified, valid URLs.");
  const href = partsHref(parts);
  const hash = indexIn(href, "#");
  const url = hash < 0 ? href : substring(href, 0, hash);
  return { key: `${name}\n${url}`, state };
}

const isGet = (state, options) => {
  const { ignoreMethod } = toDictionary(options, "Cache: the options");
  return state === undefined || state.method === "GET" || Boolean(ignoreMethod);
};

// --- conditional and partial answers ---------------------------------------------------------------------------

const opaque = (tag) => (substring(tag, 0, 2) === "W/" ? substring(tag, 2) : tag);

/// True when the client has what is stored already.
// RFC 9110 section 13.1
function isNotModified(request, stored) {
  const none = request.get("if-none-match");
  const etag = stored.get("etag");
  if (none !== null) {
    if (trim(none) === "*") return true;
    if (etag === null) return false;
    const tags = split(none, ",");
    for (let i = 0; i < tags.length; i++) if (opaque(trim(tags[i])) === opaque(etag)) return true;
    return false;
  }
  const since = dateParse(request.get("if-modified-since") ?? "");
  const modified = dateParse(stored.get("last-modified") ?? "");
  return modified <= since;
}

/// {first, end} of one range; null where the whole is to be sent, and where there are no such bytes `first` is `end`.
// RFC 9110 section 14.1.2. DEPARTURE: several ranges at once are answered by the whole, as they may be.
function rangeOf(request, stored, size) {
  const range = request.get("range");
  const condition = request.get("if-range");
  if (range === null || (condition !== null && condition !== stored.get("etag"))) return null;
  const parsed = exec(/^bytes=(\d{0,15})-(\d{0,15})$/, range);
  if (parsed === null || (parsed[1] === "" && parsed[2] === "")) return null;
  if (parsed[1] === "") return { first: size - min(size, +parsed[2]), end: size };
  const first = +parsed[1];
  if (parsed[2] !== "" && +parsed[2] < first) return null;
  return { first: min(first, size), end: parsed[2] === "" ? size : min(size, +parsed[2] + 1) };
}

function answerOf(found, request) {
  const [status, statusText, headersText, age, size, stored] = found;
  const list = HeaderList.ofText(headersText);
  list.set("Age", "age", `${age}`);
  list.set("CF-Cache-Status", "cf-cache-status", "HIT");
  const respond = (code, text, handle) => responseOver({
    status: code, statusText: text, list, body: handle === null ? null : new Body(HANDLE, handle), url: "",
    redirected: false,
  });
  if (request !== null && isNotModified(request, list)) return respond(304, "Not Modified", null);
  const range = request !== null && status === 200 ? rangeOf(request, list, size) : null;
  if (range === null) {
    return respond(status, statusText, isNullBodyStatus(status) ? null : native.cacheBody(stored, 0, size));
  }
  const { first, end } = range;
  const shown = first === end ? "*" : `${first}-${end - 1}`;
  list.set("Content-Range", "content-range", `bytes ${shown}/${size}`);
  list.set("Content-Length", "content-length", `${end - first}`);
  if (first === end) return respond(416, "Range Not Satisfiable", null);
  return respond(206, "Partial Content", native.cacheBody(stored, first, end));
}

// --- the classes -----------------------------------------------------------------------------------------------

function refuseToStore(state, status, list) {
  if (state !== undefined && state.method !== "GET") throw new TypeError("Cannot cache response to non-GET request.");
  if (status === 206) throw new TypeError("Cannot cache response to a range request (206 Partial Content).");
  if (includes(split(list.get("vary") ?? "", /\s*,\s*/), "*")) {
    throw new TypeError("Cannot cache response with 'Vary: *' header.");
  }
}

const making = Symbol();
let cacheNamed;

export class Cache {
  #name;
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  async put(request, response) {
    requireArguments(arguments.length, 2, "Cache.put()");
    const { key, state } = keyOf(request, this.#name);
    const given = responseState(response);
    if (given === undefined) throw new TypeError("Cache.put(): the second argument is not a Response.");
    const { status, statusText } = given;
    const list = given.list?.copy() ?? HeaderList.of([]);
    refuseToStore(state, status, list);
    const bytes = await response.bytes();
    const directives = directivesOf(list);
    const seconds = freshness(status, list, directives);
    // Unique data: https://developers.cloudflare.com/workers/runtime-apis/cache/#headers
    if (mapGet(directives, "private") !== undefined) list.remove("set-cookie");
    if (seconds <= 0 || list.has("set-cookie")) return;
    native.cachePut(key, status, statusText, list.text, bytes, seconds);
  }
  async match(request, options) {
    requireArguments(arguments.length, 1, "Cache.match()");
    const { key, state } = keyOf(request, this.#name);
    if (!isGet(state, options)) return undefined;
    const found = native.cacheFind(key);
    return found === null ? undefined : answerOf(found, state === undefined ? null : headerListOf(state));
  }
  async delete(request, options) {
    requireArguments(arguments.length, 1, "Cache.delete()");
    const { key, state } = keyOf(request, this.#name);
    return isGet(state, options) && native.cacheDelete(key);
  }
  static {
    cacheNamed = (name) => {
      const cache = new Cache(making);
      cache.#name = name;
      return cache;
    };
  }
}
defineInterface(Cache);

export class CacheStorage {
  #default = cacheNamed("");
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }
  get default() { return this.#default; }
  async open(name) {
    requireArguments(arguments.length, 1, "caches.open()");
    return cacheNamed(`named ${toUSVString(name)}`);
  }
}
defineInterface(CacheStorage);

export const caches = new CacheStorage(making);
