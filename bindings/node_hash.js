// node:crypto's digests and HMACs.
// https://nodejs.org/api/crypto.html#class-hash
import { Buffer } from "node:buffer";
import { coded, invalidType, requireString } from "./node_errors.js";
import { KeyObject, secretHandleOf } from "./node_keys.js";

const { native } = import.meta.builtins;

// OpenSSL's names, as people write them, → the natives'.
const hashes = {
  __proto__: null, md5: "MD5", sha1: "SHA-1", sha224: "SHA-224", sha256: "SHA-256", sha384: "SHA-384",
  sha512: "SHA-512", "sha512-256": "SHA-512/256", "sha3-256": "SHA3-256", "sha3-384": "SHA3-384",
  "sha3-512": "SHA3-512",
};

export const getHashes = () => Object.keys(hashes);

export function hashNamed(name) {
  const found = hashes[requireString(name, "algorithm").toLowerCase().replace(/^rsa-/, "").replace(/^sha-/, "sha")];
  if (found) return found;
  throw coded(new Error(`Digest method not supported: ${name}`), "ERR_CRYPTO_INVALID_DIGEST");
}

/// The bytes of a string or of anything that views bytes.
export function bytesOf(value, encoding, name = "data") {
  if (typeof value === "string") return Buffer.from(value, encoding === "buffer" ? "utf8" : encoding);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw invalidType(name, "of type string or an instance of Buffer, TypedArray, or DataView", value);
}

export function encoded(bytes, encoding) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === undefined || encoding === "buffer" ? buffer : buffer.toString(encoding);
}

/// What Hash and Hmac share: bytes go in until the digest is asked for.
class Accumulator {
  #hasher;
  #isFinished = false;
  constructor(hasher) {
    this.#hasher = hasher;
  }
  update(data, inputEncoding) {
    this.#requireOpen();
    native.hasherUpdate(this.#hasher, bytesOf(data, inputEncoding));
    return this;
  }
  digest(encoding) {
    this.#requireOpen();
    this.#isFinished = true;
    return encoded(native.hasherFinish(this.#hasher), encoding);
  }
  /// A hasher that goes on from here by itself.
  copied() {
    this.#requireOpen();
    return native.hasherCopy(this.#hasher);
  }
  #requireOpen() {
    if (this.#isFinished) throw coded(new Error("Digest already called"), "ERR_CRYPTO_HASH_FINALIZED");
  }
}

const making = Symbol();

export class Hash extends Accumulator {
  constructor(algorithm, hasher) {
    super(algorithm === making ? hasher : native.hasher(hashNamed(algorithm)));
  }
  copy() {
    return new Hash(making, this.copied());
  }
}

export class Hmac extends Accumulator {
  constructor(algorithm, key) {
    const handle = key instanceof KeyObject ? secretHandleOf(key) : native.secretKey(bytesOf(key, "utf8", "key"));
    super(native.hmacHasher(hashNamed(algorithm), handle));
  }
}

export const createHash = (algorithm) => new Hash(algorithm);
export const createHmac = (algorithm, key) => new Hmac(algorithm, key);

// https://nodejs.org/api/crypto.html#cryptohashalgorithm-data-options
export const hash = (algorithm, data, encoding = "hex") =>
  new Hash(algorithm).update(data).digest(typeof encoding === "object" ? encoding.outputEncoding ?? "hex" : encoding);
