// TextEncoder and TextDecoder.
// https://encoding.spec.whatwg.org/
import { exec, hasOwn, lowerCase } from "./primordials.js";
import { defineInterface, isArrayBuffer, toDictionary, toUSVString, viewOf } from "./webidl.js";
import { isView } from "./primordials.js";

// https://encoding.spec.whatwg.org/#names-and-labels: the encodings that are here, and all their labels.
const labels = { __proto__: null };
for (const [name, ...others] of [
  ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"],
  ["utf-16le", "utf-16", "csunicode", "iso-10646-ucs-2", "ucs-2", "unicode", "unicodefeff"],
  ["utf-16be", "unicodefffe"],
  ["windows-1252", "ansi_x3.4-1968", "ascii", "cp1252", "cp819", "csisolatin1", "ibm819", "iso-8859-1", "iso-ir-100",
    "iso8859-1", "iso88591", "iso_8859-1", "iso_8859-1:1987", "l1", "latin1", "us-ascii", "x-cp1252"],
]) {
  labels[name] = name;
  for (const label of others) labels[label] = name;
}

const whiteSpaceAround = /^[\t\n\f\r ]*(.*?)[\t\n\f\r ]*$/s;

// The name of the encoding that `label` stands for.
// https://encoding.spec.whatwg.org/#concept-encoding-get
function encodingOf(label) {
  const wanted = lowerCase(exec(whiteSpaceAround, label)[1]);
  if (hasOwn(labels, wanted)) return labels[wanted];
  throw new RangeError(`The encoding '${label}' is not known to edge-run.`);
}

/// Bytes given to a decoder: nothing is no bytes.
export function bytesToDecode(input, where) {
  if (input === undefined) return new Uint8Array(0);
  if (!isView(input) && !isArrayBuffer(input)) throw new TypeError(`${where} is not an ArrayBuffer or a view of one.`);
  return viewOf(input);
}

export class TextEncoder {
  get encoding() { return "utf-8"; }
  encode(input = "") { return native.utf8Encode(toUSVString(input)); }
  encodeInto(source, destination) {
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
  #decoder = null;  // native, with the bytes of a character that is not complete yet

  constructor(label = "utf-8", options) {
    const { fatal = false, ignoreBOM = false } = toDictionary(options, "The decoder's options");
    this.#encoding = encodingOf(toUSVString(label));
    this.#fatal = !!fatal;
    this.#ignoreBOM = !!ignoreBOM;
  }
  get encoding() { return this.#encoding; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }

  decode(input, options) {
    const bytes = bytesToDecode(input, "decode(): the input");
    const { stream = false } = toDictionary(options, "decode(): the options");
    if (!stream && this.#decoder === null && this.#encoding === "utf-8") {
      return native.utf8Decode(bytes, this.#fatal, this.#ignoreBOM);
    }
    const decoder = (this.#decoder ??= native.decoderOpen(this.#encoding, this.#fatal, this.#ignoreBOM));
    // The next call begins a new text, also when this one ends with an exception.
    if (!stream) this.#decoder = null;
    return native.decoderDecode(decoder, bytes, !!stream);
  }
}
defineInterface(TextDecoder);
