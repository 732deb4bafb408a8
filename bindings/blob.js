// Blob and File: bytes that never change.
// https://w3c.github.io/FileAPI/
import {
  append, dateNow, isView, lowerCase, matches, max, min, setBytes, sliceBuffer, subarray,
} from "./primordials.js";
import { ReadableStream } from "./streams.js";
import {
  defineInterface, isArrayBuffer, isObject, requireArguments, toDictionary, toInteger, toSequence, toUSVString,
  viewOf,
} from "./webidl.js";

/// The bytes of a Blob, shared; undefined for anything else.
export let bytesOfBlob;
/// A Blob over bytes that nobody else changes.
export let blobOver;

// https://w3c.github.io/FileAPI/#constructorBlob: a type with other characters is none.
const typeOf = (text) => (matches(/^[\x20-\x7e]*$/, text) ? lowerCase(text) : "");

function partBytes(part) {
  if (isView(part) || isArrayBuffer(part)) return viewOf(part);
  return bytesOfBlob(part) ?? native.utf8Encode(toUSVString(part));
}

function joined(parts) {
  const pieces = [];
  let length = 0;
  for (let i = 0; i < parts.length; i++) {
    append(pieces, partBytes(parts[i]));
    length += pieces[i].byteLength;
  }
  const bytes = new Uint8Array(length);
  for (let i = 0, at = 0; i < pieces.length; at += pieces[i].byteLength, i++) setBytes(bytes, pieces[i], at);
  return bytes;
}

const pieceBytes = 65_536;

export class Blob {
  #bytes;
  #type;
  constructor(parts, options) {
    const { type = "" } = toDictionary(options, "new Blob(): the options");
    this.#bytes = joined(parts === undefined ? [] : toSequence(parts, (part) => part, "new Blob(): the parts"));
    this.#type = typeOf(toUSVString(type));
  }
  get size() { return this.#bytes.byteLength; }
  get type() { return this.#type; }

  // https://w3c.github.io/FileAPI/#slice-method-algo
  slice(start = 0, end = this.size, type = "") {
    const position = (value) => {
      const at = toInteger(value, 53, { signed: true });
      return at < 0 ? max(this.size + at, 0) : min(at, this.size);
    };
    const [from, to] = [position(start), position(end)];
    return blobOver(subarray(this.#bytes, from, max(from, to)), typeOf(toUSVString(type)));
  }
  async arrayBuffer() {
    const bytes = this.#bytes;
    return sliceBuffer(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }
  async bytes() { return new Uint8Array(this.#bytes); }
  async text() { return native.utf8Decode(this.#bytes, false, false); }
  stream() {
    const bytes = this.#bytes;
    let at = 0;
    return new ReadableStream({
      type: "bytes",
      pull(controller) {
        if (at < bytes.byteLength) controller.enqueue(new Uint8Array(subarray(bytes, at, (at += pieceBytes))));
        if (at < bytes.byteLength) return;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    }, { highWaterMark: 0 });
  }

  static {
    bytesOfBlob = (value) => (isObject(value) && #bytes in value ? value.#bytes : undefined);
    blobOver = (bytes, type) => {
      const blob = new Blob();
      blob.#bytes = bytes;
      blob.#type = type;
      return blob;
    };
  }
}
defineInterface(Blob);

export class File extends Blob {
  #name;
  #lastModified;
  constructor(parts, name, options) {
    requireArguments(arguments.length, 2, "new File()");
    super(parts, options);
    const { lastModified } = toDictionary(options, "new File(): the options");
    this.#name = toUSVString(name);
    this.#lastModified = lastModified === undefined ? dateNow() : toInteger(lastModified, 53, { signed: true });
  }
  get name() { return this.#name; }
  get lastModified() { return this.#lastModified; }
}
defineInterface(File);
