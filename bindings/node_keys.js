// node:crypto's keys. https://nodejs.org/api/crypto.html#class-keyobject
import { Buffer } from "node:buffer";
import { coded, invalidType } from "./node_errors.js";

const { native } = import.meta.builtins;

const making = Symbol();
let slotsOf;

// The natives' kinds → asymmetricKeyType, and the name of a curve.
const types = {
  __proto__: null, RSA: "rsa", "P-256": "ec", "P-384": "ec", "P-521": "ec", Ed25519: "ed25519", X25519: "x25519",
  Ed448: "ed448", X448: "x448",
};
const curves = { __proto__: null, "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };

export class KeyObject {
  #type;
  #handle;
  constructor(token, type, handle) {
    if (token !== making) throw new TypeError("Illegal constructor");
    this.#type = type;
    this.#handle = handle;
  }
  get type() { return this.#type; }
  get symmetricKeySize() {
    return this.#type === "secret" ? native.secretBytes(this.#handle).length : undefined;
  }
  get asymmetricKeyType() {
    return this.#type === "secret" ? undefined : types[native.keyKind(this.#handle)];
  }
  get asymmetricKeyDetails() {
    if (this.#type === "secret") return undefined;
    const kind = native.keyKind(this.#handle);
    if (kind in curves) return { namedCurve: curves[kind] };
    if (kind !== "RSA") return {};
    const [, exponent] = native.rsaNumbers(this.#handle);
    return { modulusLength: native.modulusBits(this.#handle), publicExponent: BigInt(`0x${hex(exponent)}`) };
  }
  equals(other) {
    if (!(other instanceof KeyObject)) throw invalidType("otherKeyObject", "an instance of KeyObject", other);
    const [left, right] = [contentOf(this), contentOf(other)];
    return other.type === this.#type && left.length === right.length && native.timingSafeEqual(left, right);
  }
  export({ format = this.#type === "secret" ? "buffer" : "pem", type } = {}) {
    if (format === "jwk") throw unsupported('export() with the format "jwk"', "crypto.subtle.exportKey");
    if (this.#type === "secret") return Buffer.from(contentOf(this));
    const wanted = this.#type === "public" ? "spki" : "pkcs8";
    if (type !== undefined && type !== wanted) throw unsupported(`export() with the type "${type}"`, `"${wanted}"`);
    if (format === "der") return Buffer.from(contentOf(this));
    if (format === "pem") return pem(`${this.#type.toUpperCase()} KEY`, contentOf(this));
    const problem = `The property 'options.format' is invalid. Received '${format}'`;
    throw coded(new TypeError(problem), "ERR_INVALID_ARG_VALUE");
  }
  static {
    slotsOf = (key) => ({ type: key.#type, handle: key.#handle });
  }
}
Object.defineProperty(KeyObject.prototype, Symbol.toStringTag, { value: "KeyObject", configurable: true });

export const unsupported = (what, instead) => coded(
  new Error(`node:crypto's ${what} is not available in edge-run; use ${instead}`),
  "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
);
const wrongType = (type, wanted) => coded(
  new TypeError(`Invalid key object type ${type}, expected ${wanted}.`), "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE",
);

const hex = (bytes) => Buffer.from(bytes).toString("hex");

function contentOf(key) {
  const { type, handle } = slotsOf(key);
  if (type === "secret") return native.secretBytes(handle);
  return type === "public" ? native.keySpki(handle) : native.keyPkcs8(handle);
}

export const handleOf = (key) => slotsOf(key).handle;
export function secretHandleOf(key) {
  const { type, handle } = slotsOf(key);
  if (type === "secret") return handle;
  throw wrongType(type, "secret");
}
export const makeKeyObject = (type, handle) => new KeyObject(making, type, handle);

// RFC 7468.
export function pem(label, bytes) {
  const lines = Buffer.from(bytes).toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/;

/// What a key is given as: PEM, or DER with its type.
function readKey(key, what) {
  const { key: data, format, type } = typeof key === "string" || ArrayBuffer.isView(key) || key instanceof ArrayBuffer
    ? { key } : key ?? {};
  if (format === "jwk") throw unsupported(`${what}() of a JWK`, "crypto.subtle.importKey");
  if (format === "der") return { label: type ?? "spki", der: data };
  const text = typeof data === "string" ? data : ArrayBuffer.isView(data) ? Buffer.from(data).toString("latin1") : null;
  if (text === null) throw invalidType("key", "of type string or an instance of Buffer, TypedArray, or DataView", data);
  const found = block.exec(text);
  if (!found) throw coded(new Error(`${what}(): the key is no PEM`), "ERR_OSSL_UNSUPPORTED");
  return { label: found[1], der: Buffer.from(found[2], "base64") };
}

// https://nodejs.org/api/crypto.html#cryptocreatepublickeykey
export function createPublicKey(key) {
  if (key instanceof KeyObject) return publicOf(key);
  const { label, der } = readKey(key, "createPublicKey");
  switch (label) {
    case "PUBLIC KEY":
    case "spki": return makeKeyObject("public", native.keyFromSpki(der));
    case "PRIVATE KEY":
    case "pkcs8": return makeKeyObject("public", native.publicHalf(native.keyFromPkcs8(der)));
    case "CERTIFICATE": return makeKeyObject("public", native.certificatePublicKey(native.certificateRead(der)));
  }
  throw unsupported(`createPublicKey() of "${label}"`, '"PUBLIC KEY" (spki), "PRIVATE KEY" (pkcs8) or "CERTIFICATE"');
}

function publicOf(key) {
  const { type, handle } = slotsOf(key);
  if (type === "private") return makeKeyObject("public", native.publicHalf(handle));
  throw wrongType(type, "private");
}

// https://nodejs.org/api/crypto.html#cryptocreateprivatekeykey
export function createPrivateKey(key) {
  const { label, der } = readKey(key, "createPrivateKey");
  if (label === "PRIVATE KEY" || label === "pkcs8") return makeKeyObject("private", native.keyFromPkcs8(der));
  throw unsupported(`createPrivateKey() of "${label}"`, '"PRIVATE KEY" (pkcs8)');
}

// https://nodejs.org/api/crypto.html#cryptocreatesecretkeykey-encoding
export function createSecretKey(key, encoding) {
  if (typeof key === "string") return makeKeyObject("secret", native.secretKey(Buffer.from(key, encoding)));
  if (ArrayBuffer.isView(key) || key instanceof ArrayBuffer) return makeKeyObject("secret", native.secretKey(key));
  throw invalidType("key", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView", key);
}
