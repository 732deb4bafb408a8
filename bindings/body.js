// The body of a Request or Response: what it is made of, reading it once, and handing it on without reading it.
// https://fetch.spec.whatwg.org/#body-mixin
import {
  append, charCodeAt, defineProperty, getOwnPropertyDescriptor, jsonParse, keys, setBytes, sliceBuffer,
  substring, wellFormed,
} from "./primordials.js";
import { blobOver, bytesOfBlob } from "./blob.js";
import { entriesOfForm } from "./form_data.js";
import { extractMimeType, serializeMimeType } from "./mime_type.js";
import { parseForm, serializeForm } from "./multipart.js";
import {
  bytesOfChunk, exhaust, isDisturbed, markOf, markStream, ReadableStream, TransformStream,
} from "./streams.js";
import { structuredClone } from "./structured_clone.js";
import { URLSearchParams } from "./url_search_params.js";
import { copyOf, isBufferSource, toUSVString } from "./webidl.js";

/// What native.respond and native.fetch call the kinds of a body.
export const [NONE, TEXT, BYTES, HANDLE, STREAM] = [0, 1, 2, 3, 4];

export class Body {
  kind;    // of `source`; STREAM: only `stream` has it
  source;  // string, Uint8Array or native handle
  stream = null;  // made when a script asks for it
  used = false;
  length = null;  // of a stream, where it was promised
  signal = null;  // whose abort ends the reading of a handle
  constructor(kind, source) {
    this.kind = kind;
    this.source = source;
  }
}

function bodyOverStream(stream, length = null) {
  const body = new Body(STREAM, null);
  body.stream = stream;
  body.length = length;
  markStream(stream, { body, length });
  return body;
}

/// The body that a script's value stands for, and the Content-Type that goes with it: {body, type}.
// https://fetch.spec.whatwg.org/#concept-bodyinit-extract
export function extractBody(value) {
  if (typeof value === "string") return { body: new Body(TEXT, value), type: "text/plain;charset=UTF-8" };
  if (value instanceof ReadableStream) return { body: bodyOf(value), type: null };
  const blob = bytesOfBlob(value);
  if (blob !== undefined) return { body: new Body(BYTES, blob), type: value.type === "" ? null : value.type };
  if (isBufferSource(value)) return { body: new Body(BYTES, copyOf(value)), type: null };
  if (value instanceof URLSearchParams) {
    return { body: new Body(TEXT, `${value}`), type: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  if (entriesOfForm(value) !== undefined) {
    const { bytes, type } = serializeForm(value);
    return { body: new Body(BYTES, bytes), type };
  }
  return { body: new Body(TEXT, toUSVString(value)), type: "text/plain;charset=UTF-8" };
}

// `new Response(other.body)` holds the same body, so that an untouched native one still passes through as it is.
function bodyOf(stream) {
  const problem = isDisturbed(stream) ? "is disturbed (has already been read from)"
    : stream.locked ? "is currently locked to a reader" : "";
  if (problem !== "") throw new TypeError(`This ReadableStream ${problem}, and cannot be used as a body.`);
  const mark = markOf(stream);
  return mark?.body ?? bodyOverStream(stream, mark?.length ?? null);
}

export const isUsed = (body) => body.used || (body.stream !== null && isDisturbed(body.stream));
export const isUsable = (body) => !isUsed(body) && !(body.stream !== null && body.stream.locked);
/// Why a body is not usable, in Cloudflare's words.
const usedError = (body) =>
  new TypeError(isUsed(body)
    ? "Body has already been used. It can only be used once. Use tee() first if you need to read it twice."
    : "This ReadableStream is currently locked to a reader.");

/// The stream that scripts see. Making it leaves the source where it is until somebody reads.
export function streamOf(body) {
  if (body.stream !== null) return body.stream;
  if (body.used) {
    body.stream = new ReadableStream({ start(controller) { controller.close(); } });
    exhaust(body.stream);
    return body.stream;
  }
  const { kind, source, signal } = body;
  let given = false;
  body.stream = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const chunk = kind === HANDLE ? await readHandle(source, signal) : given ? null : bytesOf(kind, source);
      given = true;
      if (chunk !== null && chunk.byteLength > 0) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel() {
      if (kind === HANDLE) native.bodyCancel(source);
    },
  }, { highWaterMark: 0 });
  markStream(body.stream, { body, length: null });
  return body.stream;
}

// Fresh bytes, as a stream gives its chunks away.
const bytesOf = (kind, source) => (kind === TEXT ? native.utf8Encode(source) : new Uint8Array(source));

async function readHandle(handle, signal, all = false) {
  try {
    return all ? await native.bodyCollect(handle) : await native.bodyRead(handle);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}

/// Everything, once.
async function collect(body) {
  const kind = claim(body);
  if (kind === HANDLE) return readHandle(body.source, body.signal, true);
  if (kind !== STREAM) return bytesOf(kind, body.source);
  const pieces = [];
  let length = 0;
  const reader = body.stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const bytes = bytesOfChunk(step.value);
    append(pieces, bytes);
    length += bytes.byteLength;
  }
  const result = new Uint8Array(length);
  for (let i = 0, at = 0; i < pieces.length; at += pieces[i].byteLength, i++) setBytes(result, pieces[i], at);
  return result;
}

/// Takes the body for reading or sending it; it is used from now on. Returns how it has to be read: its kind where
/// the source is as it was, STREAM where the script made the stream.
export function claim(body) {
  if (!isUsable(body)) throw usedError(body);
  body.used = true;
  if (body.stream === null) return body.kind;
  if (body.kind === STREAM) return STREAM;
  exhaust(body.stream);
  return body.kind;
}

/// A body for a new Request, taken out of another, which is used from now on.
// https://fetch.spec.whatwg.org/#dom-request step 41: "create a proxy"
export function takeBody(body) {
  const kind = claim(body);
  if (kind === STREAM) return bodyOverStream(body.stream.pipeThrough(new TransformStream()), body.length);
  const taken = new Body(kind, body.source);
  taken.signal = body.signal;
  return taken;
}

// https://fetch.spec.whatwg.org/#concept-body-clone
export function cloneBody(body) {
  if (body.kind < HANDLE && body.stream === null) return new Body(body.kind, body.source);
  const { kind, length } = body;
  const [mine, teed] = streamOf(body).tee();
  // https://streams.spec.whatwg.org/#readablestream-tee: the clone gets clones of a script's chunks.
  const others = kind === STREAM ? teed.pipeThrough(new TransformStream({
    transform(chunk, controller) { controller.enqueue(structuredClone(chunk)); },
  }, undefined, { highWaterMark: 0 })) : teed;
  body.kind = STREAM;
  body.source = null;
  body.stream = mine;
  markStream(mine, { body, length });
  return bodyOverStream(others, length);
}

/// Sends a stream's chunks to C++ at the pace they are taken.
export async function pump(stream, sink) {
  let reader = null;
  try {
    reader = stream.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      const bytes = bytesOfChunk(step.value);
      if (bytes.byteLength > 0) await native.sinkWrite(sink, bytes);
    }
    native.sinkClose(sink);
  } catch (error) {
    native.sinkFail(sink, `${error?.message ?? error}`);
    try {
      await reader?.cancel(error);
    } catch {
      // The stream's own trouble is what was reported.
    }
  }
}

const decodeText = (bytes) => native.utf8Decode(bytes, false, false);
const withoutBom = (text) => (charCodeAt(text, 0) === 0xfeff ? substring(text, 1) : text);

async function collectText(body) {
  if (body === null) return "";
  if (body.kind === TEXT && body.stream === null && !body.used) {
    body.used = true;
    return wellFormed(withoutBom(body.source));
  }
  return decodeText(await collect(body));
}

const collectBytes = async (body) => (body === null ? new Uint8Array(0) : collect(body));

/// Gives `constructor` the members of the mixin; `bodyOf(object)` is its Body or null, `typeOf(object)` its
/// Content-Type.
export function mixBodyIn(constructor, bodyOf, typeOf) {
  const mixin = {
    get body() {
      const body = bodyOf(this);
      return body === null ? null : streamOf(body);
    },
    get bodyUsed() {
      const body = bodyOf(this);
      return body !== null && isUsed(body);
    },
    async arrayBuffer() {
      const { buffer, byteOffset, byteLength } = await collectBytes(bodyOf(this));
      return byteLength === buffer.byteLength ? buffer : sliceBuffer(buffer, byteOffset, byteOffset + byteLength);
    },
    async bytes() { return collectBytes(bodyOf(this)); },
    async text() { return collectText(bodyOf(this)); },
    async json() { return jsonParse(await collectText(bodyOf(this))); },
    async blob() {
      const bytes = await collectBytes(bodyOf(this));
      const type = extractMimeType(typeOf(this));
      return blobOver(bytes, type === null ? "" : serializeMimeType(type));
    },
    async formData() {
      const bytes = await collectBytes(bodyOf(this));
      return parseForm(bytes, extractMimeType(typeOf(this)));
    },
  };
  for (const name of keys(mixin)) {
    defineProperty(constructor.prototype, name, getOwnPropertyDescriptor(mixin, name));
  }
}
