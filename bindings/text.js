// TextEncoder and TextDecoder. UTF-8, UTF-16 and windows-1252 are decoded in C++, the other encodings by npm's
// @exodus/bytes, which has the standard's own tables.
// https://encoding.spec.whatwg.org/
import { normalizeEncoding } from "@exodus/bytes/encoding-lite.js";
import { createMultibyteDecoder } from "@exodus/bytes/multi-byte.js";
import { createSinglebyteDecoder } from "@exodus/bytes/single-byte.js";
import { includes, isView } from "./primordials.js";
import { defineInterface, isBuffer, requireArguments, toDictionary, toUSVString, viewOf } from "./webidl.js";

const nativeEncodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"];
const multibyteEncodings = ["gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr"];

// The name of the encoding that `label` stands for.
// https://encoding.spec.whatwg.org/#concept-encoding-get
function encodingOf(label) {
  const encoding = normalizeEncoding(label);
  if (encoding !== null && encoding !== "replacement") return encoding;
  throw new RangeError(`"${label}" is no encoding that TextDecoder knows.`);
}

/// A function of bytes, and whether more will come, that keeps the start of a character whose end is still to come.
function makeDecoder(encoding, fatal, ignoreBOM) {
  if (includes(nativeEncodings, encoding)) {
    const handle = native.decoderOpen(encoding, fatal, ignoreBOM);
    return (bytes, more) => native.decoderDecode(handle, bytes, more);
  }
  if (includes(multibyteEncodings, encoding)) return createMultibyteDecoder(encoding, !fatal);
  return createSinglebyteDecoder(encoding, !fatal);
}

/// Bytes given to a decoder: nothing is no bytes.
export function bytesToDecode(input, where) {
  if (input === undefined) return new Uint8Array(0);
  if (!isView(input) && !isBuffer(input)) throw new TypeError(`${where} is not an ArrayBuffer or a view of one.`);
  return viewOf(input);
}

export class TextEncoder {
  #brand;
  get encoding() {
    void this.#brand;
    return "utf-8";
  }
  encode(input = "") {
    void this.#brand;
    return native.utf8Encode(toUSVString(input));
  }
  encodeInto(source, destination) {
    void this.#brand;
    requireArguments(arguments.length, 2, "TextEncoder.encodeInto()");
    if (!(destination instanceof Uint8Array)) throw new TypeError("encodeInto() needs a Uint8Array to write to.");
    const [read, written] = native.utf8EncodeInto(toUSVString(source), destination);
    return { read, written };
  }
}
defineInterface(TextEncoder);

export class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #decode = null;  // in the middle of a text

  constructor(label = "utf-8", options = undefined) {
    const { fatal = false, ignoreBOM = false } = toDictionary(options, "The decoder's options");
    this.#encoding = encodingOf(toUSVString(label));
    this.#fatal = !!fatal;
    this.#ignoreBOM = !!ignoreBOM;
  }
  get encoding() { return this.#encoding; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }

  decode(input = undefined, options = undefined) {
    const bytes = bytesToDecode(input, "decode(): the input");
    const { stream = false } = toDictionary(options, "decode(): the options");
    if (!stream && this.#decode === null && this.#encoding === "utf-8") {
      return native.utf8Decode(bytes, this.#fatal, this.#ignoreBOM);
    }
    const decode = (this.#decode ??= makeDecoder(this.#encoding, this.#fatal, this.#ignoreBOM));
    // The next call begins a new text, also when this one ends with an exception.
    if (!stream) this.#decode = null;
    return decode(bytes, !!stream);
  }
}
defineInterface(TextDecoder);
