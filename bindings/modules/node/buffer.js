// node:buffer: npm's buffer, and what Node.js has beside it.
// https://nodejs.org/api/buffer.html
import { Buffer, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer } from "buffer";

const { Blob, File, atob, btoa, TextDecoder } = globalThis;
const { byteLength, from, isEncoding } = Buffer;
const { toString, write } = Buffer.prototype;
const isBase64url = (encoding) => typeof encoding === "string" && encoding.toLowerCase() === "base64url";
// The library reads both alphabets of base64, but knows one name.
const known = (encoding) => (isBase64url(encoding) ? "base64" : encoding);

Object.assign(Buffer, {
  isEncoding: (encoding) => isBase64url(encoding) || isEncoding(encoding),
  from: (value, encodingOrOffset, length) => from(value, known(encodingOrOffset), length),
  byteLength: (value, encoding) => byteLength(value, known(encoding)),
  // https://nodejs.org/api/buffer.html#static-method-buffercopybytesfromview-offset-length
  copyBytesFrom(view, offset = 0, length = view.length - offset) {
    const part = view.subarray(offset, offset + length);
    return from(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  },
});
Object.assign(Buffer.prototype, {
  toString(encoding, ...range) {
    if (!isBase64url(encoding)) return toString.call(this, encoding, ...range);
    return toString.call(this, "base64", ...range).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  },
  write(text, ...rest) {
    return write.call(this, text, ...rest.map(known));
  },
});

export const kStringMaxLength = 2 ** 29 - 24;
export const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength };

function viewOf(input) {
  if (!ArrayBuffer.isView(input)) return new Uint8Array(input);
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

export const isAscii = (input) => viewOf(input).every((byte) => byte < 0x80);
export function isUtf8(input) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(input);
    return true;
  } catch {
    return false;
  }
}

/// Characters that the target lacks become "?".
export function transcode(source, fromEncoding, toEncoding) {
  const text = Buffer.from(source).toString(fromEncoding);
  const most = { ascii: 0x7f, latin1: 0xff, binary: 0xff }[toEncoding] ?? 0x10ffff;
  const fitting = Array.from(text, (character) => (character.codePointAt(0) > most ? "?" : character)).join("");
  return Buffer.from(fitting, toEncoding);
}

export { atob, Blob, btoa, Buffer, File, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer };
export default {
  atob, Blob, btoa, Buffer, constants, File, INSPECT_MAX_BYTES, isAscii, isUtf8, kMaxLength, kStringMaxLength,
  SlowBuffer, transcode,
};
