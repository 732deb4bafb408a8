// fetch(): requests to origins, redirects, and taking it back.
// https://fetch.spec.whatwg.org/#fetch-method
import { includes, rejected, resolved, substring } from "./primordials.js";
import { onAbort } from "./abort.js";
import { bodyOfRequest, heldListOf, Request, requestState } from "./request.js";
import { Body, BYTES, claim, HANDLE, NONE, pump, STREAM } from "./body.js";
import { dataOf } from "./data_url.js";
import { HeaderList } from "./header_list.js";
import { isNullBodyStatus, isRedirect, responseOver } from "./response.js";
import { partsHash, partsHref, partsOrigin, partsPort, partsProtocol, urlParts } from "./url.js";
import { socketOver } from "./web_socket.js";
import { requireArguments } from "./webidl.js";

const redirectsMax = 20;
// https://fetch.spec.whatwg.org/#request-body-header-name
const bodyHeaders = ["content-encoding", "content-language", "content-location", "content-type", "content-length"];
// What must not reach another origin than it was meant for. DEPARTURE: the standard names Authorization alone, as
// browsers never let scripts set the others.
const secretHeaders = ["authorization", "proxy-authorization", "cookie", "host"];

/// What tests put between fetch() and the network: (request, goOn) → Response or a promise of one.
let interceptor = null;
export function interceptFetch(handler) { interceptor = handler; }

// No async functions on the way to the network: each would be a promise more that waits for the next one.
/// `fetch` has no event of its own: a promise of C++ that is never settled goes with the request that waits for it.
export const { fetch } = {
  fetch(input, init) {
    try {
      requireArguments(arguments.length, 1, "fetch()");
    } catch (error) {
      return rejected(error);
    }
    return fetchBy("", input, init);
  },
};

/// fetch() by way of a binding that C++ knows by that name; "" for none.
export function fetchBy(binding, input, init) {
  try {
    const isRequest = init === undefined && requestState(input) !== undefined;
    const request = isRequest ? input : new Request(input, init);
    if (interceptor === null) return send(requestState(request), binding);
    return resolved(interceptor(request, () => send(requestState(request), binding)));
  } catch (error) {
    return rejected(error);
  }
}

/// A promise of the response, or what is wrong with the request is thrown.
function send(state, binding) {
  const { signal } = state;
  if (signal !== null && signal.aborted) throw signal.reason;
  const parts = urlParts(state.url);
  if (partsProtocol(parts) === "data:") return resolved(fetchData(partsHref(parts), partsHash(parts)));
  checkTarget(parts);
  const body = bodyOfRequest(state);
  const kind = body === null ? NONE : claim(body);
  const message = {
    method: state.method, parts, list: headersFor(state), kind, body, redirect: state.redirect, binding,
  };
  return signal === null ? follow(message, null, null) : followUntilAborted(message, signal);
}

async function followUntilAborted(message, signal) {
  const token = native.fetchToken();
  const forget = onAbort(signal, () => native.fetchCancel(token));
  try {
    return await follow(message, token, signal);
  } catch (error) {
    forget();
    throw signal.aborted ? signal.reason : error;
  }
}

// What the cache mode asks of caches on the way; there is none here.
// https://fetch.spec.whatwg.org/#http-network-or-cache-fetch step 8
function headersFor(state) {
  const list = heldListOf(state);
  const { cache } = state.options;
  if (cache === "default" || cache === "force-cache") return list;
  if (cache === "only-if-cached") throw new TypeError(`fetch to ${state.url} failed: it is not cached.`);
  const copy = list.copy();
  if (cache !== "no-cache" && !copy.has("pragma")) copy.append("Pragma", "no-cache");
  if (!copy.has("cache-control")) copy.append("Cache-Control", cache === "no-cache" ? "max-age=0" : "no-cache");
  return copy;
}

// https://fetch.spec.whatwg.org/#port-blocking: where other protocols listen
const blockedPorts = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

function checkTarget(parts) {
  if (partsProtocol(parts) !== "https:" && partsProtocol(parts) !== "http:") {
    throw new TypeError(`Fetch API cannot load: ${partsHref(parts)}`);
  }
  const port = partsPort(parts);
  if (port !== "" && includes(blockedPorts, +port)) {
    throw new TypeError(`fetch to ${partsHref(parts)} is refused: port ${port} is another protocol's.`);
  }
}

function bodyOver(handle, signal) {
  if (handle === null) return null;
  const body = new Body(HANDLE, handle);
  body.signal = signal;
  return body;
}

// https://fetch.spec.whatwg.org/#scheme-fetch, data
function fetchData(href, hash) {
  const url = substring(href, 0, href.length - hash.length);
  const data = dataOf(substring(url, "data:".length));
  if (data === null) throw new TypeError(`fetch to ${url} failed: it is no data: URL.`);
  const list = HeaderList.of(["Content-Type", data.type]);
  const body = new Body(BYTES, data.bytes);
  return responseOver({ status: 200, statusText: "OK", list, body, url, redirected: false });
}

// https://fetch.spec.whatwg.org/#http-redirect-fetch
async function follow(message, token, signal) {
  for (let redirects = 0; ; redirects++) {
    const { 0: status, 1: statusText, 2: headers, 3: body, 4: socket } = await exchange(message, token);
    const url = partsHref(message.parts);
    const handle = isNullBodyStatus(status) ? null : body;
    const response = responseOver({
      status, statusText, list: HeaderList.over(headers), body: bodyOver(handle, signal), url,
      redirected: redirects > 0, webSocket: socket === null ? null : socketOver(socket),
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
  const { base, changes } = list;
  if (kind !== STREAM) return native.fetch(token, method, partsHref(parts), base, changes, source, binding);
  const sink = native.sinkOpen(body.length);
  const answer = native.fetch(token, method, partsHref(parts), base, changes, sink, binding);
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
  checkTarget(parts);
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
