// Blob and File: bytes that never change.
// https://w3c.github.io/FileAPI/
import {
  append, dateNow, lowerCase, matches, max, min, replaceAll, setBytes, sliceBuffer, subarray,
} from "./primordials.js";
import { ReadableStream } from "./streams.js";
import {
  defineInterface, isBufferSource, isObject, requireArguments, toClampedInteger, toDictionary, toDOMString, toInteger,
  toSequence, toUSVString, viewOf,
} from "./webidl.js";

/// The bytes of a Blob, shared; undefined for anything else.
export let bytesOfBlob;
/// A Blob or File like the given one; undefined for anything else.
export let copyOfBlob;
/// A Blob over bytes that nobody else changes.
export let blobOver;

// https://w3c.github.io/FileAPI/#constructorBlob: a type with other characters is none.
const typeOf = (text) => (matches(/^[\x20-\x7e]*$/, text) ? lowerCase(text) : "");

// https://w3c.github.io/FileAPI/#convert-line-endings-to-native
const withNativeEnds = (text) => replaceAll(replaceAll(text, "\r\n", "\n"), "\r", "\n");

const partFrom = (part) => (isBufferSource(part) || bytesOfBlob(part) !== undefined ? part : toUSVString(part));

function partBytes(part, endings) {
  if (typeof part === "string") return native.utf8Encode(endings === "native" ? withNativeEnds(part) : part);
  return bytesOfBlob(part) ?? viewOf(part);
}

function joined(parts, endings) {
  const pieces = [];
  let length = 0;
  for (let i = 0; i < parts.length; i++) {
    append(pieces, partBytes(parts[i], endings));
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
  // https://w3c.github.io/FileAPI/#constructorBlob
  constructor(parts = undefined, options = undefined) {
    const list = parts === undefined ? [] : toSequence(parts, partFrom, "new Blob(): the parts");
    const { endings = "transparent", type = "" } = toDictionary(options, "new Blob(): the options");
    const ends = toDOMString(endings);
    if (ends !== "transparent" && ends !== "native") {
      throw new TypeError(`new Blob(): endings "${ends}" is none of "transparent" and "native".`);
    }
    this.#type = typeOf(toDOMString(type));
    this.#bytes = joined(list, ends);
  }
  get size() { return this.#bytes.byteLength; }
  get type() { return this.#type; }

  // https://w3c.github.io/FileAPI/#slice-method-algo
  slice(start = 0, end = this.#bytes.byteLength, type = "") {
    const position = (value) => {
      const at = toClampedInteger(value);
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
  constructor(parts, name, options = undefined) {
    requireArguments(arguments.length, 2, "new File()");
    super(parts, options);
    const { lastModified } = toDictionary(options, "new File(): the options");
    this.#name = toUSVString(name);
    this.#lastModified = lastModified === undefined ? dateNow() : toInteger(lastModified, 53, { signed: true });
  }
  get name() { return this.#name; }
  get lastModified() { return this.#lastModified; }

  static {
    copyOfBlob = (value) => {
      if (bytesOfBlob(value) === undefined) return undefined;
      if (!(#name in value)) return blobOver(bytesOfBlob(value), value.type);
      return new File([value], value.#name, { type: value.type, lastModified: value.#lastModified });
    };
  }
}
defineInterface(File);
