// CompressionStream and DecompressionStream.
// https://compression.spec.whatwg.org/
import { subarray } from "./primordials.js";
import { bytesOfChunk, TransformStream } from "./streams.js";
import { defineInterface, requireArguments, toDOMString } from "./webidl.js";

// A piece takes a bounded time, after which V8 can end a script that used up its own.
const inputBytes = 65_536;

function push(codec, bytes, ending, controller) {
  native.codecFeed(codec, bytes);
  for (let piece = native.codecRead(codec, ending); piece.byteLength > 0; piece = native.codecRead(codec, ending)) {
    controller.enqueue(piece);
  }
}

// https://compression.spec.whatwg.org/#compression-stream, #decompression-stream
// DEPARTURE: "brotli" is known, as in the newest drafts.
function codecStream(format, decompresses, where) {
  const name = toDOMString(format);
  const codec = native.codecOpen(name, decompresses);
  if (codec === null) {
    throw new TypeError(`${where}: the format "${name}" is none of "gzip", "deflate", "deflate-raw" and "brotli".`);
  }
  return new TransformStream({
    transform(chunk, controller) {
      const bytes = bytesOfChunk(chunk);
      for (let at = 0; at < bytes.byteLength; at += inputBytes) {
        push(codec, subarray(bytes, at, at + inputBytes), false, controller);
      }
    },
    flush(controller) { push(codec, new Uint8Array(0), true, controller); },
  });
}

export class CompressionStream {
  #transform;
  constructor(format) {
    requireArguments(arguments.length, 1, "new CompressionStream()");
    this.#transform = codecStream(format, false, "new CompressionStream()");
  }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(CompressionStream);

export class DecompressionStream {
  #transform;
  constructor(format) {
    requireArguments(arguments.length, 1, "new DecompressionStream()");
    this.#transform = codecStream(format, true, "new DecompressionStream()");
  }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(DecompressionStream);
