// fetch(): requests to origins, redirects, and taking it back.
// https://fetch.spec.whatwg.org/#fetch-method
import { startsWith } from "./primordials.js";
import { onAbort } from "./abort.js";
import { bodyOfRequest, headerListOf, Request, requestState } from "./request.js";
import { claim, HANDLE, NONE, pump, STREAM } from "./body.js";
import { isNullBodyStatus, isRedirect, responseOver } from "./response.js";
import { partsHash, partsHref, partsOrigin, partsProtocol, urlParts } from "./url.js";
import { requireArguments } from "./webidl.js";

const redirectsMax = 20;
// https://fetch.spec.whatwg.org/#request-body-header-name
const bodyHeaders = ["content-encoding", "content-language", "content-location", "content-type", "content-length"];
// What must not reach another origin than it was meant for. DEPARTURE: the standard names Authorization alone, as
// browsers never let scripts set the others.
const secretHeaders = ["authorization", "proxy-authorization", "cookie", "host"];

/// `fetch` has no event of its own: a promise of C++ that is never settled goes with the request that waits for it.
export async function fetch(input, init) {
  requireArguments(arguments.length, 1, "fetch()");
  return fetchBy("", input, init);
}

/// fetch() by way of a binding that C++ knows by that name; "" for none.
export async function fetchBy(binding, input, init) {
  const given = init === undefined ? requestState(input) : undefined;
  return send(given ?? requestState(new Request(input, init)), binding);
}

async function send(state, binding) {
  const { signal } = state;
  if (signal !== null && signal.aborted) throw signal.reason;
  const parts = urlParts(state.url);
  if (partsProtocol(parts) !== "https:" && partsProtocol(parts) !== "http:") {
    throw new TypeError(`Fetch API cannot load: ${state.url}`);
  }
  const body = bodyOfRequest(state);
  const kind = body === null ? NONE : claim(body);
  const message = {
    method: state.method, parts, list: headerListOf(state), kind, body, redirect: state.redirect, binding,
  };
  if (signal === null) return follow(message, null, null);
  const token = native.fetchToken();
  const forget = onAbort(signal, () => native.fetchCancel(token));
  try {
    return await follow(message, token, signal);
  } catch (error) {
    forget();
    throw signal.aborted ? signal.reason : error;
  }
}

// https://fetch.spec.whatwg.org/#http-redirect-fetch
async function follow(message, token, signal) {
  for (let redirects = 0; ; redirects++) {
    const [status, statusText, headersText, body] = await exchange(message, token);
    const url = partsHref(message.parts);
    const handle = isNullBodyStatus(status) ? null : body;
    const response = responseOver({
      status, statusText, headersText, handle, url, redirected: redirects > 0, signal,
    });
    const location = isRedirect(status) && message.redirect !== "manual" ? response.headers.get("location") : null;
    if (location === null) return response;
    if (message.redirect === "error") throw new TypeError(`fetch to ${url} was redirected, but redirect is "error".`);
    if (redirects === redirectsMax) throw new TypeError("Too many redirects.");
    if (handle !== null) native.bodyCancel(handle);
    redirectTo(message, status, location);
  }
}

function exchange({ method, parts, list, kind, body, binding }, token) {
  const source = kind === NONE ? null : body.source;
  if (kind !== STREAM) return native.fetch(token, method, partsHref(parts), list.text, source, binding);
  const sink = native.sinkOpen(body.length);
  const answer = native.fetch(token, method, partsHref(parts), list.text, sink, binding);
  pump(body.stream, sink);
  return answer;
}

function becomesGet(status, method) {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function redirectTo(message, status, location) {
  const from = message.parts;
  const parts = urlParts(location, partsHref(from));
  if (parts === null) throw new TypeError(`Invalid redirect to ${location}`);
  if (!startsWith(partsProtocol(parts), "http")) throw new TypeError(`Fetch API cannot load: ${partsHref(parts)}`);
  const keepsHash = partsHash(parts) === "" && partsHash(from) !== "";
  message.parts = keepsHash ? urlParts(partsHref(parts) + partsHash(from)) : parts;
  message.list = message.list.copy();
  if (becomesGet(status, message.method)) {
    message.method = "GET";
    message.kind = NONE;
    for (let i = 0; i < bodyHeaders.length; i++) message.list.remove(bodyHeaders[i]);
  } else if (message.kind === HANDLE || message.kind === STREAM) {
    throw new TypeError("A request whose body is a stream cannot be sent again for a redirect.");
  }
  if (partsOrigin(parts) === partsOrigin(from)) return;
  for (let i = 0; i < secretHeaders.length; i++) message.list.remove(secretHeaders[i]);
}
