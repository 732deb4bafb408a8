// The streams: those of the standard from npm's web-streams-polyfill, and Cloudflare's two of bytes.
// https://streams.spec.whatwg.org/
import "./dom_exception.js";
import * as library from "web-streams-polyfill";
import { isView, keys, typedArrayBuffer } from "./primordials.js";
import { defineInterface, isArrayBuffer, knowInterface, toIntegerInRange, viewOf } from "./webidl.js";

export {
  ByteLengthQueuingStrategy, CountQueuingStrategy, ReadableByteStreamController, ReadableStream,
  ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableStreamDefaultController,
  ReadableStreamDefaultReader, TransformStream, TransformStreamDefaultController, WritableStream,
  WritableStreamDefaultController, WritableStreamDefaultWriter,
} from "web-streams-polyfill";

const { TransformStream } = library;
for (const name of keys(library)) if (typeof library[name] === "function") knowInterface(library[name]);

// The library keeps a stream's internal slots as properties that start with "_".
// https://streams.spec.whatwg.org/#is-readable-stream-disturbed
export const isDisturbed = (stream) => stream._disturbed === true;
/// As if a reader had been here: the stream gives no more.
export function exhaust(stream) {
  stream._disturbed = true;
  if (!stream.locked) stream.getReader();
}

/// A private field for objects of another's class: a constructor that returns the object gives it the field.
class Returned {
  constructor(object) { return object; }
}
class Marked extends Returned {
  #mark;
  constructor(stream, mark) {
    super(stream);
    this.#mark = mark;
  }
  static set(stream, mark) {
    if (#mark in stream) stream.#mark = mark;
    else new Marked(stream, mark);
  }
  static get(stream) { return #mark in stream ? stream.#mark : undefined; }
}
/// What body.js remembers of a stream: its body, or the length in bytes that was promised.
export const markStream = Marked.set;
export const markOf = Marked.get;

/// The bytes of a chunk that is to be sent.
export function bytesOfChunk(chunk) {
  const bytes = isView(chunk) || isArrayBuffer(chunk) ? viewOf(chunk) : null;
  if (bytes !== null && isArrayBuffer(typedArrayBuffer(bytes))) return bytes;
  if (bytes !== null) throw new TypeError("A stream of bytes takes no memory that is shared.");
  const what = typeof chunk === "string" ? "a string; encode it with TextEncoder" : "a value that is neither";
  throw new TypeError(`A stream of bytes takes ArrayBuffers and views of them, but got ${what}.`);
}

// https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#identitytransformstream
export class IdentityTransformStream extends TransformStream {
  constructor(check) {
    super({
      transform(chunk, controller) {
        const bytes = bytesOfChunk(chunk);
        if (check instanceof LengthCheck) check.add(bytes.byteLength);
        if (bytes.byteLength > 0) controller.enqueue(bytes);
      },
      flush() {
        if (check instanceof LengthCheck) check.end();
      },
    });
  }
}
defineInterface(IdentityTransformStream);

class LengthCheck {
  constructor(length) { this.left = length; }
  add(bytes) {
    this.left -= bytes;
    if (this.left < 0) throw new TypeError("Attempt to write too many bytes through a FixedLengthStream.");
  }
  end() {
    if (this.left > 0) throw new TypeError("FixedLengthStream did not see all expected bytes before close().");
  }
}

// https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream
export class FixedLengthStream extends IdentityTransformStream {
  constructor(expectedLength) {
    const most = Number.MAX_SAFE_INTEGER;
    const length = toIntegerInRange(expectedLength, 0, most, "new FixedLengthStream(): the length");
    super(new LengthCheck(length));
    markStream(this.readable, { body: null, length });
  }
}
defineInterface(FixedLengthStream);
