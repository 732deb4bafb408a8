// fetchMock: answers to what the code under test fetches, in the words of undici's MockAgent, or by a function.
// https://developers.cloudflare.com/workers/testing/vitest-integration/test-apis/#cloudflare-test-module-definition
import { wait } from "./testing_clock.js";

const { builtins } = import.meta;

let active = false;
let allowed = () => true;
let handlers = [];
let interceptors = [];

/// What a pattern of undici's means: a text that must be equal, a regular expression, a function.
function fits(pattern, value) {
  if (pattern instanceof RegExp) return pattern.test(value);
  if (typeof pattern === "function") return Boolean(pattern(value));
  return pattern === value;
}

function headersFit(wanted, headers) {
  if (wanted === undefined) return true;
  if (typeof wanted === "function") return Boolean(wanted(Object.fromEntries(headers)));
  const names = wanted instanceof Headers ? [...wanted] : Object.entries(wanted);
  return names.every(([name, pattern]) => headers.has(name) && fits(pattern, headers.get(name)));
}

function withQuery(path, query) {
  if (query === undefined || typeof path !== "string") return path;
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(query)}`;
}

/// One request as interceptors see it.
async function callOf(request) {
  const url = new URL(request.url);
  const body = request.body === null ? undefined : await request.clone().text();
  const { method, headers } = request;
  return { origin: url.origin, path: url.pathname + url.search, method, headers, body };
}

function answers(interceptor, call) {
  const { origin, options, times, used } = interceptor;
  return (
    used < times && interceptor.reply !== null && fits(origin, call.origin) && fits(options.method, call.method) &&
    fits(options.path, call.path) && (options.body === undefined || fits(options.body, call.body ?? "")) &&
    headersFit(options.headers, call.headers)
  );
}

async function intercept(request, goOn) {
  if (!active) return goOn();
  request.signal?.throwIfAborted();
  for (const handler of handlers) {
    const response = await handler(request.clone());
    if (response !== undefined) return response;
  }
  const call = await callOf(request);
  const found = interceptors.find((interceptor) => answers(interceptor, call));
  if (!found) {
    if (allowed(new URL(request.url).host)) return goOn();
    throw new TypeError(`fetch to ${request.url}: no answer of fetchMock fits ${call.method} ${call.path}, and the ` +
      "network is disabled (fetchMock.disableNetConnect())");
  }
  found.used += 1;
  if (found.milliseconds > 0) await wait(found.milliseconds);
  request.signal?.throwIfAborted();
  return found.reply({ ...call, headers: Object.fromEntries(call.headers) });
}

const bodyClasses = [ArrayBuffer, Blob, ReadableStream];

/// What undici makes of a body: objects that are no bytes become JSON.
function responseOf(status, data, options = {}, defaults) {
  const headers = new Headers(defaults);
  for (const [name, value] of new Headers(options.headers)) headers.set(name, value);
  const isBytes = ArrayBuffer.isView(data) || bodyClasses.some((kind) => data instanceof kind);
  const isPlain = data !== null && typeof data === "object" && !isBytes;
  const isNullBody = status === 101 || status === 204 || status === 205 || status === 304;
  const body = isPlain ? JSON.stringify(data) : data;
  return new Response(isNullBody || body === "" ? null : body, { status, headers });
}

/// How often, and how late, an interceptor answers.
class MockScope {
  #interceptor;
  constructor(interceptor) { this.#interceptor = interceptor; }
  delay(milliseconds) { return this.#set({ milliseconds }); }
  persist() { return this.#set({ times: Infinity, persistent: true }); }
  times(times) { return this.#set({ times }); }
  #set(members) {
    Object.assign(this.#interceptor, members);
    return this;
  }
}

class MockInterceptor {
  #interceptor;
  #headers;
  constructor(interceptor) { this.#interceptor = interceptor; }
  defaultReplyHeaders(headers) {
    this.#headers = headers;
    return this;
  }
  reply(status, data, options) {
    return this.#answer(async (call) => {
      if (typeof status === "function") {
        const { statusCode, data: body, responseOptions } = await status(call);
        return responseOf(statusCode, body, responseOptions, this.#headers);
      }
      return responseOf(status, typeof data === "function" ? await data(call) : data, options, this.#headers);
    });
  }
  replyWithError(error) {
    return this.#answer(() => { throw error; });
  }
  #answer(reply) {
    this.#interceptor.reply = reply;
    return new MockScope(this.#interceptor);
  }
}

class MockPool {
  #origin;
  constructor(origin) { this.#origin = origin; }
  intercept({ path, method = "GET", body, headers, query, ...rest }) {
    if (path === undefined) throw new TypeError("fetchMock: intercept() needs a path");
    const names = "path, method, body, headers, query";
    for (const name of Object.keys(rest))
      throw new TypeError(`fetchMock: intercept() has no option '${name}'; there are ${names}`);
    const options = { path: withQuery(path, query), method, body, headers };
    const untold = { reply: null, times: 1, used: 0, milliseconds: 0, persistent: false };
    const interceptor = { origin: this.#origin, options, ...untold };
    interceptors.push(interceptor);
    return new MockInterceptor(interceptor);
  }
}

const originOf = (origin) => (typeof origin === "string" || origin instanceof URL ? new URL(origin).origin : origin);

export const fetchMock = {
  /// The simple form: `handler(request)` gives the Response, or undefined to leave it to the next.
  use(handler) {
    if (typeof handler !== "function") throw new TypeError("fetchMock.use() takes a function");
    handlers.push(handler);
    this.activate();
  },
  /// Forgets all answers.
  reset() {
    handlers = [];
    interceptors = [];
  },
  activate() {
    active = true;
    builtins.interceptFetch(intercept);
  },
  deactivate() { active = false; },
  enableNetConnect(host) { allowed = host === undefined ? () => true : (name) => fits(host, name); },
  disableNetConnect() { allowed = () => false; },
  get: (origin) => new MockPool(originOf(origin)),
  pendingInterceptors() {
    const isPending = ({ used, times, persistent }) => (persistent ? used === 0 : used < times);
    return interceptors.filter(isPending).map(({ origin, options, used, times, persistent }) => {
      const told = { timesInvoked: used, times, persist: persistent, pending: true };
      return { origin: String(origin), ...options, path: String(options.path), ...told };
    });
  },
  assertNoPendingInterceptors() {
    const pending = this.pendingInterceptors();
    if (pending.length === 0) return;
    const lines = pending.map(({ method, origin, path }) => `  ${method} ${origin}${path}`);
    throw new Error(`fetchMock: ${pending.length} answer(s) were not asked for:\n${lines.join("\n")}`);
  },
  async close() {
    this.reset();
    this.deactivate();
  },
};
