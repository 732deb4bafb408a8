// WebSocket and WebSocketPair. A pair is two ends in one script; one of them given to a Response goes to the client.
// https://websockets.spec.whatwg.org/ and https://developers.cloudflare.com/workers/runtime-apis/websockets/
import {
  append, includes, join, lowerCase, matches, resolved, sliceBuffer, substring, then,
} from "./primordials.js";
import { blobOver, bytesOfBlob } from "./blob.js";
import { DOMException } from "./dom_exception.js";
import { CloseEvent, defineHandler, dispatch, ErrorEvent, Event, EventTarget, MessageEvent } from "./events.js";
import { HeaderList, token } from "./header_list.js";
import { partsHash, partsHref, partsProtocol, urlParts } from "./url.js";
import {
  defineInterface, isBufferSource, isObject, requireArguments, toDOMString, toInteger, toSequence, toUSVString, viewOf,
} from "./webidl.js";

const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
const { CONNECTING, OPEN, CLOSING, CLOSED } = constants;

// Kinds of messages, as C++ numbers them: text, bytes, close.
const TEXT = 0;
const BYTES = 1;
const CLOSE = 2;

// RFC 6455 section 7.4: said when no code was, and when the connection broke off
const NO_STATUS = 1005;
const ABNORMAL = 1006;
const reservedCodes = [1004, NO_STATUS, ABNORMAL, 1015];
const reasonBytesMax = 123;

const making = Symbol();
let stateOf;
let makeSocket;

// One end. `peer` is the other end in this script, `handle` a connection of C++; an end that was handed to a Response
// has both: what its peer says goes to the client.
const makeState = () => ({
  socket: null, peer: null, handle: null, isHandedOver: false, isAccepted: false, isConstructed: false, waiting: [],
  readyState: OPEN, saidClose: false, heardClose: false, url: null, protocol: "", extensions: "",
  binaryType: "arraybuffer",
});

/// Hands a message to the end `state`.
function deliver(state, message) {
  if (state.isHandedOver) return toNetwork(state.handle, message);
  if (!state.isAccepted) return append(state.waiting, message);
  // Never inside send(): the sender is not called back before it has gone on.
  then(resolved(), () => hear(state, message));
}

function toNetwork(handle, { kind, data, code }) {
  if (kind === TEXT) return native.socketSendText(handle, data);
  if (kind === BYTES) return native.socketSendBytes(handle, data);
  native.socketClose(handle, code, data);
}

const say = (state, message) => (state.peer === null ? toNetwork(state.handle, message) : deliver(state.peer, message));

/// The script learns of a message.
function hear(state, message) {
  const { socket } = state;
  if (state.heardClose) return;
  if (message.kind !== CLOSE) {
    if (state.readyState === CLOSED) return;
    const data = message.kind === TEXT ? message.data
      : state.binaryType === "blob" ? blobOver(message.data) : message.data.buffer;
    dispatch(socket, new MessageEvent("message", { data }));
    return;
  }
  state.heardClose = true;
  state.readyState = CLOSED;
  // Between two ends of one script a close is answered here; from the network it was.
  if (!state.saidClose && state.peer !== null) say(state, message);
  state.saidClose = true;
  const { code, data: reason } = message;
  dispatch(socket, new CloseEvent("close", { code, reason, wasClean: code !== ABNORMAL }));
}

/// Hears the network for as long as there is something to hear; the event lasts as long.
async function listen(state, take) {
  native.eventHold();
  try {
    for (let kind = TEXT; kind !== CLOSE;) {
      const [what, text, bytes, code] = await native.socketReceive(state.handle);
      kind = what;
      take({ kind, data: kind === BYTES ? bytes : text, code });
    }
  } finally {
    native.eventRelease();
  }
}

function messageOf(data) {
  const bytes = bytesOfBlob(data) ?? (isBufferSource(data) ? viewOf(data) : null);
  if (bytes === null) return { kind: TEXT, data: toUSVString(data), code: 0 };
  const { buffer, byteOffset, byteLength } = bytes;
  return { kind: BYTES, data: new Uint8Array(sliceBuffer(buffer, byteOffset, byteOffset + byteLength)), code: 0 };
}

// https://websockets.spec.whatwg.org/#dom-websocket-websocket
function urlOf(text) {
  const parts = urlParts(toUSVString(text));
  if (parts === null) throw new DOMException(`Invalid WebSocket URL: ${text}`, "SyntaxError");
  const protocol = partsProtocol(parts);
  if (!includes(["ws:", "wss:", "http:", "https:"], protocol)) {
    throw new DOMException(`A WebSocket's URL is ws: or wss:, not ${protocol}`, "SyntaxError");
  }
  if (partsHash(parts) !== "") throw new DOMException("A WebSocket's URL has no fragment.", "SyntaxError");
  const rest = substring(partsHref(parts), protocol.length);
  const isSecure = protocol === "wss:" || protocol === "https:";
  return { shown: (isSecure ? "wss:" : "ws:") + rest, fetched: (isSecure ? "https:" : "http:") + rest };
}

function protocolsOf(value) {
  const list = value === undefined ? []
    : isObject(value) ? toSequence(value, toDOMString, "The protocols") : [toDOMString(value)];
  for (let i = 0; i < list.length; i++) {
    const isNew = () => {
      for (let j = 0; j < i; j++) if (lowerCase(list[j]) === lowerCase(list[i])) return false;
      return true;
    };
    if (!matches(token, list[i]) || !isNew()) {
      throw new DOMException(`Invalid or repeated WebSocket protocol: ${list[i]}`, "SyntaxError");
    }
  }
  return list;
}

async function connect(state, url, protocols) {
  const list = HeaderList.of(["Upgrade", "websocket"]);
  if (protocols.length > 0) list.append("Sec-WebSocket-Protocol", join(protocols, ", "));
  native.eventHold();
  try {
    // Whatever comes of it, the script has added its listeners by then.
    await undefined;
    const [status, , headers, , handle] = await native.fetch(null, "GET", url, null, list.changes, null, "");
    if (handle === null) throw new TypeError(`The server answered with status ${status}, not with a WebSocket.`);
    const protocol = HeaderList.over(headers).get("sec-websocket-protocol") ?? "";
    if (protocol !== "" && !includes(protocols, protocol)) throw new TypeError(`Unwanted protocol: ${protocol}`);
    state.handle = handle;
    native.socketAccept(handle);
    if (state.saidClose) return native.socketClose(handle, NO_STATUS, "");
    state.readyState = OPEN;
    state.protocol = protocol;
    dispatch(state.socket, new Event("open"));
    listen(state, (message) => hear(state, message));
  } catch (error) {
    dispatch(state.socket, new ErrorEvent("error", { message: `WebSocket: ${error.message}`, error }));
    hear(state, { kind: CLOSE, data: "", code: ABNORMAL });
  } finally {
    native.eventRelease();
  }
}

function checkClose(code, reason) {
  if (code !== undefined && (code < 1000 || code > 4999 || includes(reservedCodes, code))) {
    throw new DOMException(`Invalid WebSocket close code: ${code}.`, "InvalidAccessError");
  }
  if (reason !== "" && code === undefined) {
    throw new TypeError("If you specify a WebSocket close reason, you must also specify a code.");
  }
  if (native.utf8Encode(reason).byteLength > reasonBytesMax) {
    throw new DOMException(`A WebSocket close reason has at most ${reasonBytesMax} bytes.`, "SyntaxError");
  }
}

export class WebSocket extends EventTarget {
  #state;

  constructor(url, protocols = undefined) {
    super();
    this.#state = makeState();
    this.#state.socket = this;
    if (url === making) return;
    requireArguments(arguments.length, 1, "new WebSocket()");
    const { shown, fetched } = urlOf(url);
    const wanted = protocolsOf(protocols);
    const state = this.#state;
    state.url = shown;
    state.isConstructed = state.isAccepted = true;
    state.readyState = CONNECTING;
    connect(state, fetched, wanted);
  }

  get url() { return this.#state.url; }
  get readyState() { return this.#state.readyState; }
  get protocol() { return this.#state.protocol; }
  get extensions() { return this.#state.extensions; }
  get bufferedAmount() {
    const { handle } = this.#state;
    return handle === null ? 0 : native.socketUnsent(handle);
  }
  get binaryType() { return this.#state.binaryType; }
  set binaryType(value) {
    if (value === "blob" || value === "arraybuffer") this.#state.binaryType = value;
  }

  // https://developers.cloudflare.com/workers/runtime-apis/websockets/#accept
  accept() {
    const state = this.#state;
    if (state.isHandedOver) throw new TypeError("Can't accept() WebSocket that was already used in a response.");
    if (state.isConstructed) throw new TypeError("A WebSocket made by its constructor is not accept()ed.");
    if (state.isAccepted) return;
    if (state.handle !== null) native.socketAccept(state.handle);
    state.isAccepted = true;
    if (state.handle !== null) listen(state, (message) => hear(state, message));
    const { waiting } = state;
    state.waiting = [];
    for (let i = 0; i < waiting.length; i++) deliver(state, waiting[i]);
  }

  // https://websockets.spec.whatwg.org/#dom-websocket-send
  send(data) {
    requireArguments(arguments.length, 1, "WebSocket.send()");
    const state = this.#state;
    const message = messageOf(data);
    if (state.readyState === CONNECTING) {
      throw new DOMException("The WebSocket is not connected yet.", "InvalidStateError");
    }
    if (!state.isAccepted) {
      throw new TypeError("You must call accept() on this WebSocket before sending messages.");
    }
    if (state.saidClose && !state.heardClose && !state.isConstructed) {
      throw new TypeError("Can't call WebSocket send() after close().");
    }
    if (!state.saidClose) say(state, message);
  }

  // https://websockets.spec.whatwg.org/#dom-websocket-close
  close(code = undefined, reason = undefined) {
    const state = this.#state;
    const number = code === undefined ? undefined : toInteger(code, 16);
    const text = reason === undefined ? "" : toUSVString(reason);
    checkClose(number, text);
    if (!state.isAccepted) throw new TypeError("You must call accept() on this WebSocket before closing it.");
    if (state.saidClose) return;
    const connecting = state.readyState === CONNECTING;
    state.saidClose = true;
    state.readyState = CLOSING;
    if (connecting) return;
    say(state, { kind: CLOSE, data: text, code: number ?? NO_STATUS });
  }

  static {
    stateOf = (value) => (isObject(value) && #state in value ? value.#state : undefined);
    makeSocket = () => new WebSocket(making).#state;
  }
}
for (const type of ["open", "message", "close", "error"]) defineHandler(WebSocket.prototype, type);
defineInterface(WebSocket, { constants });

// https://developers.cloudflare.com/workers/runtime-apis/websockets/#constructor
export class WebSocketPair {
  constructor() {
    const [one, two] = [makeSocket(), makeSocket()];
    one.peer = two;
    two.peer = one;
    this[0] = one.socket;
    this[1] = two.socket;
  }
}
defineInterface(WebSocketPair);

export const isWebSocket = (value) => stateOf(value) !== undefined;

/// The WebSocket of a response that fetch() got.
export function socketOver(handle) {
  const state = makeSocket();
  state.handle = handle;
  return state.socket;
}

/// What C++ joins with the client's connection when a handler answers with this WebSocket.
export function handOver(socket) {
  const state = stateOf(socket);
  if (state.isHandedOver) throw new TypeError("Can't return WebSocket that was already used in a response.");
  if (state.isAccepted) throw new TypeError("Can't return WebSocket in a Response after calling accept().");
  state.isHandedOver = true;
  if (state.peer === null) return state.handle;
  state.handle = native.socketOpen();
  const { waiting } = state;
  state.waiting = [];
  for (let i = 0; i < waiting.length; i++) toNetwork(state.handle, waiting[i]);
  listen(state, (message) => deliver(state.peer, message));
  return state.handle;
}
