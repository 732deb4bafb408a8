// node:crypto's randomness. https://nodejs.org/api/crypto.html#cryptorandombytessize-callback
import { Buffer } from "node:buffer";
import { outOfRange, requireInteger, invalidType } from "./node_errors.js";

const { native } = import.meta.builtins;

/// Calls back in a turn of its own, or gives the value back where there is no callback.
function answer(value, callback) {
  if (callback === undefined) return value;
  if (typeof callback !== "function") throw invalidType("callback", "of type function", callback);
  queueMicrotask(() => callback(null, value));
  return undefined;
}

export function randomFillSync(buffer, offset = 0, size = undefined) {
  const isView = ArrayBuffer.isView(buffer);
  if (!isView && !(buffer instanceof ArrayBuffer)) throw invalidType("buf", "an ArrayBuffer or a view of one", buffer);
  const unit = isView ? buffer.BYTES_PER_ELEMENT ?? 1 : 1;
  const start = requireInteger(offset, "offset", 0, buffer.byteLength / unit) * unit;
  const bytes = size === undefined
    ? buffer.byteLength - start
    : requireInteger(size, "size", 0, (buffer.byteLength - start) / unit) * unit;
  native.randomFill(isView
    ? new Uint8Array(buffer.buffer, buffer.byteOffset + start, bytes)
    : new Uint8Array(buffer, start, bytes));
  return buffer;
}

export function randomFill(buffer, ...rest) {
  const callback = rest.pop();
  answer(randomFillSync(buffer, ...rest), callback ?? null);
}

export const randomBytes = (size, callback) =>
  answer(randomFillSync(Buffer.alloc(requireInteger(size, "size", 0, 2 ** 31 - 1))), callback);

const rangeMax = 2 ** 48 - 1;

// https://nodejs.org/api/crypto.html#cryptorandomintmin-max-callback
export function randomInt(min, max, callback) {
  if (max === undefined || typeof max === "function") return randomInt(0, min, max);
  requireInteger(min, "min", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireInteger(max, "max", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const range = max - min;
  if (range <= 0) throw outOfRange("max", `greater than the value of "min" (${min})`, max);
  if (range > rangeMax) throw outOfRange("max - min", `<= ${rangeMax}`, range);
  return answer(min + below(range), callback);
}

/// Numbers that would make the first results likelier than the others are thrown away.
function below(range) {
  const limit = rangeMax - (rangeMax % range);
  for (;;) {
    const bytes = randomFillSync(new Uint8Array(6));
    const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    if (number < limit) return number % range;
  }
}

export const randomUUID = () => native.randomUUID();
