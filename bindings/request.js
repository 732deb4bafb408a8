// Request: those that scripts make, and the incoming one, whose parts are fetched from C++ when they are asked for.
// https://fetch.spec.whatwg.org/#request-class
import { matches, upperCase } from "./primordials.js";
import { isAbortSignal, makeSignal } from "./abort.js";
import { Body, cloneBody, extractBody, HANDLE, isUsable, mixBodyIn, STREAM, takeBody } from "./body.js";
import { cfOf, copyOfCf, receivedCf } from "./cf.js";
import { HeaderList, token } from "./header_list.js";
import { headersOver, listFrom } from "./headers.js";
import { checkOptions, choiceOf, defaultOptions, optionsFrom } from "./request_options.js";
import { hasCredentials, partsHref, urlParts } from "./url.js";
import { defineInterface, isObject, requireArguments, toByteString, toDictionary, toUSVString } from "./webidl.js";

// https://fetch.spec.whatwg.org/#concept-method
function checkedMethod(value) {
  const text = toByteString(value);
  const method = upperCase(text);
  const forbidden = method === "CONNECT" || method === "TRACE" || method === "TRACK";
  if (forbidden || !matches(token, text)) throw new TypeError(`Invalid HTTP method string: ${text}`);
  return matches(/^(DELETE|GET|HEAD|OPTIONS|POST|PUT|PATCH)$/, method) ? method : text;
}

function checkedUrl(value) {
  const text = toUSVString(value);
  const parts = urlParts(text);
  if (parts === null) throw new TypeError(`Invalid URL: ${text}`);
  if (hasCredentials(parts)) throw new TypeError(`The URL of a request cannot hold credentials: ${text}`);
  return partsHref(parts);
}

/// What is known of a Request; undefined for anything else.
export let requestState;
/// The request of an event of C++.
export let incomingRequest;
/// A request as a client would send it, for a handler that is called from a test.
export let receivedRequest;

// States of one shape keep the engine's caches warm. `event` is the number by which C++ knows an incoming request
// whose list, body or cf have not been asked for yet.
const makeState = (method, url, list, event) => ({
  method, url, list, headers: null, immutable: false, body: null, bodyPending: false, redirect: "follow",
  options: defaultOptions, signal: null, cf: undefined, cfPending: false, cfSource: null, cfNumber: 0, event,
});

export function headerListOf(state) {
  return (state.list ??= HeaderList.over(native.requestHeaders(state.event)));
}
/// For C++ to read: a list that no script has looked at stays where it is.
export const heldListOf = (state) => state.list ?? HeaderList.over(state.event);
export function bodyOfRequest(state) {
  if (state.bodyPending) {
    state.bodyPending = false;
    const handle = native.requestBody(state.event);
    if (handle !== null) state.body = new Body(HANDLE, handle);
  }
  return state.body;
}
function cfOfRequest(state) {
  if (state.cfPending) {
    state.cf = state.cfSource !== null
      ? copyOfCf(cfOfRequest(state.cfSource))
      : cfOf(state.event, state.cfNumber);
    state.cfPending = false;
  }
  return state.cf;
}

// The cf of an incoming request never changes, so its copy, which few scripts look at, can wait.
function copyCfInto(state, other) {
  if (other.immutable) {
    state.cfPending = true;
    state.cfSource = other;
  } else {
    state.cf = copyOfCf(cfOfRequest(other));
  }
}

// https://fetch.spec.whatwg.org/#dom-request, without what only browsers have
function applyOptions(state, options, inputBody) {
  state.options = optionsFrom(options, state.options);
  const { method, headers, redirect, signal, cf, body = null } = options;
  if (method !== undefined) state.method = checkedMethod(method);
  if (headers !== undefined && headers !== null) state.list = listFrom(headers);
  if (redirect !== undefined) state.redirect = choiceOf("redirect", redirect);
  if (signal !== undefined) {
    if (signal !== null && !isAbortSignal(signal)) throw new TypeError("Request: the signal is not an AbortSignal.");
    state.signal = signal;
  }
  if (cf !== undefined && cf !== null) state.cf = copyOfCf(cf);
  if ((body !== null || inputBody) && (state.method === "GET" || state.method === "HEAD")) {
    throw new TypeError("Request with a GET or HEAD method cannot have a body.");
  }
  const extracted = body === null ? null : extractBody(body);
  checkOptions(state.options, state.method, extracted?.body.kind === STREAM);
  if (extracted === null) return;
  state.body = extracted.body;
  if (extracted.type !== null && !state.list.has("content-type")) state.list.append("Content-Type", extracted.type);
}

const skip = Symbol();

export class Request {
  #state;

  constructor(input, init = undefined) {
    if (init === skip) return;
    requireArguments(arguments.length, 1, "new Request()");
    const options = toDictionary(init, "new Request(): the options");
    const other = requestState(input);
    const state = makeState("GET", "", null, 0);
    let inputBody = null;
    if (other) {
      state.method = other.method;
      state.url = other.url;
      state.list = headerListOf(other).copy();
      state.redirect = other.redirect;
      state.options = other.options;
      state.signal = other.signal;
      if (options.cf === undefined || options.cf === null) copyCfInto(state, other);
      inputBody = bodyOfRequest(other);
    } else {
      state.url = checkedUrl(input);
      state.list = HeaderList.of([]);
    }
    const replaced = options.body !== undefined && options.body !== null;
    if (init !== undefined) applyOptions(state, options, inputBody !== null && !replaced);
    if (inputBody !== null && !replaced) {
      if (!isUsable(inputBody)) throw new TypeError("Cannot reconstruct a Request with a used body.");
      state.body = takeBody(inputBody);
    }
    this.#state = state;
  }

  get method() { return this.#state.method; }
  get url() { return this.#state.url; }
  get headers() {
    const state = this.#state;
    return (state.headers ??= headersOver(headerListOf(state), state.immutable));
  }
  get redirect() { return this.#state.redirect; }
  get signal() {
    const state = this.#state;
    return (state.signal ??= makeSignal());
  }
  get cf() { return cfOfRequest(this.#state); }
  get destination() {
    void this.#state;
    return "";
  }
  get referrer() { return this.#state.options.referrer; }
  get referrerPolicy() { return this.#state.options.referrerPolicy; }
  get mode() { return this.#state.options.mode; }
  get credentials() { return this.#state.options.credentials; }
  get cache() { return this.#state.options.cache; }
  get integrity() { return this.#state.options.integrity; }
  get keepalive() { return this.#state.options.keepalive; }
  get isReloadNavigation() {
    void this.#state;
    return false;
  }
  get isHistoryNavigation() {
    void this.#state;
    return false;
  }
  get duplex() {
    void this.#state;
    return "half";
  }

  // https://fetch.spec.whatwg.org/#dom-request-clone
  clone() {
    const state = this.#state;
    const body = bodyOfRequest(state);
    if (body !== null && !isUsable(body)) throw new TypeError("Request.clone(): the body has already been used.");
    const copy = new Request(undefined, skip);
    const list = headerListOf(state).copy();
    copy.#state = { ...state, list, headers: null, immutable: false, cf: copyOfCf(cfOfRequest(state)), event: 0 };
    if (body !== null) copy.#state.body = cloneBody(body);
    return copy;
  }

  static {
    requestState = (value) => (isObject(value) && #state in value ? value.#state : undefined);
    incomingRequest = (event, cfNumber, method, url, hasBody) => {
      const request = new Request(undefined, skip);
      const state = makeState(method, url, null, event);
      state.immutable = true;
      state.bodyPending = hasBody;
      state.cfPending = true;
      state.cfNumber = cfNumber;
      state.redirect = "manual";
      request.#state = state;
      return request;
    };
    receivedRequest = (other) => {
      const request = new Request(other);
      request.#state.cf = receivedCf(request.#state.cf);
      request.#state.immutable = true;
      request.#state.redirect = "manual";
      return request;
    };
    const typeOf = (request) => headerListOf(request.#state).get("content-type");
    mixBodyIn(this, (request) => bodyOfRequest(request.#state), typeOf);
  }
}
defineInterface(Request);
