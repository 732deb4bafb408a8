// Response.
// https://fetch.spec.whatwg.org/#response-class
import { includes, jsonStringify, matches } from "./primordials.js";
import { Body, cloneBody, extractBody, isUsable, mixBodyIn, TEXT } from "./body.js";
import { HeaderList } from "./header_list.js";
import { headersOver, listFrom } from "./headers.js";
import { partsHref, urlParts } from "./url.js";
import { isWebSocket } from "./web_socket.js";
import {
  defineInterface, isObject, requireArguments, toDictionary, toDOMString, toInteger, toUSVString,
} from "./webidl.js";

const redirects = [301, 302, 303, 307, 308];
export const isRedirect = (status) => includes(redirects, status);
export const isNullBodyStatus = (status) => status === 101 || status === 204 || status === 205 || status === 304;

// RFC 9112 section 4: a reason-phrase
const notReasonPhrase = /[^\t\x20-\x7e\x80-\xff]/;

/// What is known of a Response; undefined for anything else.
export let responseState;
/// The Response to a fetch().
export let responseOver;

// States of one shape keep the engine's caches warm.
const makeState = (status, statusText, list, body, type) => ({
  status, statusText, list, headers: null, immutable: false, body, type, url: "", redirected: false, webSocket: null,
});

function stateFrom(init) {
  if (init === undefined || init === null) return makeState(200, "", null, null, "default");
  const other = responseState(init);
  if (other) {
    const status = checkedStatus(other.status, other.webSocket !== null);
    const state = makeState(status, other.statusText, other.list?.copy() ?? null, null, "default");
    state.webSocket = other.webSocket;
    return state;
  }
  const { status, statusText, headers, webSocket, encodeBody } = toDictionary(init, "new Response(): the options");
  const socket = webSocket ?? null;
  if (socket !== null && !isWebSocket(socket)) throw new TypeError("webSocket: the value is not a WebSocket.");
  if (encodeBody !== undefined && encodeBody !== "automatic" && encodeBody !== "manual") {
    throw new TypeError(`encodeBody: unexpected value: ${encodeBody}`);
  }
  const list = headers === undefined || headers === null ? null : listFrom(headers);
  const phrase = statusText === undefined ? "" : toDOMString(statusText);
  if (phrase !== "" && matches(notReasonPhrase, phrase)) throw new TypeError("Invalid statusText");
  const code = status === undefined ? 200 : checkedStatus(toInteger(status, 16), socket !== null);
  const state = makeState(code, phrase, list, null, "default");
  state.webSocket = socket;
  return state;
}

// https://developers.cloudflare.com/workers/runtime-apis/response/#parameters: 101 with a WebSocket alone
function checkedStatus(status, hasWebSocket) {
  if (hasWebSocket) {
    if (status === 101) return status;
    throw new RangeError("Responses with a WebSocket must have status code 101.");
  }
  if (status >= 200 && status <= 599) return status;
  throw new RangeError("Responses may only be constructed with status codes in the range 200 to 599, inclusive.");
}

function setBody(state, body, type) {
  if (isNullBodyStatus(state.status)) {
    throw new TypeError("Response with null body status (101, 204, 205, or 304) cannot have a body.");
  }
  state.body = body;
  if (type === null) return;
  if (state.list === null) state.list = HeaderList.of(["Content-Type", type]);
  else if (!state.list.has("content-type")) state.list.append("Content-Type", type);
}

const skip = Symbol();
let made;

export class Response {
  #state;

  // https://fetch.spec.whatwg.org/#dom-response
  constructor(body = undefined, init = undefined) {
    if (init === skip) return;
    const state = stateFrom(init);
    this.#state = state;
    if (body === undefined || body === null) return;
    if (typeof body === "string") {
      setBody(state, new Body(TEXT, body), "text/plain;charset=UTF-8");
    } else {
      const extracted = extractBody(body);
      setBody(state, extracted.body, extracted.type);
    }
  }

  // https://fetch.spec.whatwg.org/#dom-response-json
  static json(data, init = undefined) {
    requireArguments(arguments.length, 1, "Response.json()");
    const text = jsonStringify(data);
    if (text === undefined) throw new TypeError("Response.json(): the value cannot be written as JSON.");
    const state = stateFrom(init);
    setBody(state, new Body(TEXT, text), "application/json");
    return made(state);
  }

  // https://fetch.spec.whatwg.org/#dom-response-redirect
  static redirect(url, status = 302) {
    requireArguments(arguments.length, 1, "Response.redirect()");
    const text = toUSVString(url);
    const parts = urlParts(text);
    if (parts === null) throw new TypeError(`Unable to parse URL: ${text}`);
    const code = toInteger(status, 16);
    if (!isRedirect(code)) {
      throw new RangeError(`${code} is not a redirect status code. It must be one of: 301, 302, 303, 307, or 308.`);
    }
    const state = makeState(code, "", HeaderList.of(["Location", partsHref(parts)]), null, "default");
    state.immutable = true;
    return made(state);
  }

  static error() {
    const state = makeState(0, "", null, null, "error");
    state.immutable = true;
    return made(state);
  }

  get type() { return this.#state.type; }
  get url() { return this.#state.url; }
  get redirected() { return this.#state.redirected; }
  get status() { return this.#state.status; }
  get ok() { return this.#state.status >= 200 && this.#state.status <= 299; }
  get statusText() { return this.#state.statusText; }
  get headers() {
    const state = this.#state;
    if (state.headers !== null) return state.headers;
    state.list ??= HeaderList.of([]);
    return (state.headers = headersOver(state.list, state.immutable));
  }
  get webSocket() { return this.#state.webSocket; }

  // https://fetch.spec.whatwg.org/#dom-response-clone
  clone() {
    const state = this.#state;
    if (state.webSocket !== null) throw new TypeError("Cannot clone a response to a WebSocket handshake.");
    if (state.body !== null && !isUsable(state.body)) {
      throw new TypeError("Response.clone(): the body has already been used.");
    }
    const body = state.body === null ? null : cloneBody(state.body);
    return made({ ...state, list: state.list?.copy() ?? null, headers: null, body });
  }

  static {
    const over = (state) => {
      const response = new Response(null, skip);
      response.#state = state;
      return response;
    };
    made = over;
    responseState = (value) => (isObject(value) && #state in value ? value.#state : undefined);
    responseOver = ({ status, statusText, list, body, url, redirected, webSocket = null }) => {
      const state = makeState(status, statusText, list, body, "basic");
      state.immutable = true;
      state.url = url;
      state.redirected = redirected;
      state.webSocket = webSocket;
      return over(state);
    };
    mixBodyIn(this, (response) => response.#state.body, (response) => response.#state.list?.get("content-type"));
  }
}
defineInterface(Response);
