// crypto.subtle: what a script may ask of algorithms and keys. The algorithms register themselves.
// https://w3c.github.io/webcrypto/#subtlecrypto-interface
import { jsonStringify, typedArrayLength } from "./primordials.js";
import { invalidAccess, normalize, operationFor } from "./crypto_algorithms.js";
import "./crypto_aes.js";
import "./crypto_chacha.js";
import "./crypto_derivation.js";
import "./crypto_ec.js";
import "./crypto_hashes.js";
import "./crypto_hmac.js";
import { parseJwk, toJsonWebKey } from "./crypto_jwk.js";
import { normalizeUsages, requireSomeUsage, toKey, toUsage } from "./crypto_key.js";
import "./crypto_okp.js";
import "./crypto_rsa.js";
import { supports } from "./crypto_supports.js";
import {
  defineInterface, isBufferSource, requireArguments, toInteger, toSequence, viewOf,
} from "./webidl.js";

const making = Symbol();
let subtle = null;

export class SubtleCrypto {
  #brand = true;
  constructor(token = undefined) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-encrypt
  async encrypt(algorithm, key, data) {
    void this.#brand;
    requireArguments(arguments.length, 3, "encrypt()");
    return whole(await crypt("encrypt", algorithm, key, data));
  }
  async decrypt(algorithm, key, data) {
    void this.#brand;
    requireArguments(arguments.length, 3, "decrypt()");
    return whole(await crypt("decrypt", algorithm, key, data));
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-sign
  async sign(algorithm, key, data) {
    void this.#brand;
    requireArguments(arguments.length, 3, "sign()");
    return whole(await crypt("sign", algorithm, key, data));
  }
  async verify(algorithm, key, signature, data) {
    void this.#brand;
    requireArguments(arguments.length, 4, "verify()");
    const slots = toKey(key, "verify(): the key");
    requireBytes(signature, "verify(): the signature");
    requireBytes(data, "verify(): the data");
    const normalized = normalize("verify", algorithm);
    requirePermission(slots, normalized, "verify");
    normalized.check?.(normalized);
    return normalized.run(normalized, slots, signature, data);
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-digest
  async digest(algorithm, data) {
    void this.#brand;
    requireArguments(arguments.length, 2, "digest()");
    requireBytes(data, "digest(): the data");
    const normalized = normalize("digest", algorithm);
    return whole(await normalized.run(normalized, data));
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-generateKey
  async generateKey(algorithm, extractable, keyUsages) {
    void this.#brand;
    requireArguments(arguments.length, 3, "generateKey()");
    const usages = toUsages(keyUsages, "generateKey()");
    const normalized = normalize("generateKey", algorithm);
    return normalized.run(normalized, !!extractable, usages);
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-deriveKey
  async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
    void this.#brand;
    requireArguments(arguments.length, 5, "deriveKey()");
    const slots = toKey(baseKey, "deriveKey(): the base key");
    const usages = toUsages(keyUsages, "deriveKey()");
    const derivation = normalize("deriveBits", algorithm);
    const target = normalize("importKey", derivedKeyType);
    const sizing = normalize("getKeyLength", derivedKeyType);
    requirePermission(slots, derivation, "deriveKey");
    const length = sizing.run(sizing);
    const secret = await derivation.run(derivation, slots, length);
    return imported(target, "raw", secret, !!extractable, usages);
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-deriveBits
  async deriveBits(algorithm, baseKey, length = null) {
    void this.#brand;
    requireArguments(arguments.length, 2, "deriveBits()");
    const slots = toKey(baseKey, "deriveBits(): the base key");
    const bits = length === null ? null : toInteger(length, 32);
    const normalized = normalize("deriveBits", algorithm);
    requirePermission(slots, normalized, "deriveBits");
    return whole(await normalized.run(normalized, slots, bits));
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-importKey
  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    void this.#brand;
    requireArguments(arguments.length, 5, "importKey()");
    const form = toFormat(format);
    if (!isBufferSource(keyData)) keyData = toJsonWebKey(keyData, "importKey(): the key");
    const usages = toUsages(keyUsages, "importKey()");
    const normalized = normalize("importKey", algorithm);
    if (isBufferSource(keyData) === (form === "jwk")) {
      throw new TypeError(`importKey(): the key's data are not of the format "${form}".`);
    }
    return imported(normalized, form, keyData, !!extractable, usages);
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-exportKey
  async exportKey(format, key) {
    void this.#brand;
    requireArguments(arguments.length, 2, "exportKey()");
    const form = toFormat(format);
    const data = exported(form, toKey(key, "exportKey(): the key"));
    return form === "jwk" ? data : whole(data);
  }

  // https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-getPublicKey
  async getPublicKey(key, keyUsages) {
    void this.#brand;
    requireArguments(arguments.length, 2, "getPublicKey()");
    const slots = toKey(key, "getPublicKey(): the key");
    return operationFor(slots, "getPublicKey").run(slots, toUsages(keyUsages, "getPublicKey()"));
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-wrapKey
  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    void this.#brand;
    requireArguments(arguments.length, 4, "wrapKey()");
    const form = toFormat(format);
    const slots = toKey(key, "wrapKey(): the key");
    const wrapping = toKey(wrappingKey, "wrapKey(): the wrapping key");
    const normalized = normalizeWrapping("wrapKey", "encrypt", wrapAlgorithm);
    requirePermission(wrapping, normalized, "wrapKey");
    const data = exported(form, slots);
    normalized.check?.(normalized);
    const bytes = form === "jwk" ? native.utf8Encode(jsonStringify(data)) : data;
    return whole(await normalized.run(normalized, wrapping, bytes));
  }

  // https://w3c.github.io/webcrypto/#SubtleCrypto-method-unwrapKey
  async unwrapKey(
    format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages,
  ) {
    void this.#brand;
    requireArguments(arguments.length, 7, "unwrapKey()");
    const form = toFormat(format);
    requireBytes(wrappedKey, "unwrapKey(): the wrapped key");
    const unwrapping = toKey(unwrappingKey, "unwrapKey(): the unwrapping key");
    const usages = toUsages(keyUsages, "unwrapKey()");
    const normalized = normalizeWrapping("unwrapKey", "decrypt", unwrapAlgorithm);
    const target = normalize("importKey", unwrappedKeyAlgorithm);
    requirePermission(unwrapping, normalized, "unwrapKey");
    normalized.check?.(normalized);
    const bytes = await normalized.run(normalized, unwrapping, wrappedKey);
    return imported(target, form, form === "jwk" ? parseJwk(bytes) : bytes, !!extractable, usages);
  }

  static supports(operation, algorithm, lengthOrAdditionalAlgorithm = undefined) {
    requireArguments(arguments.length, 2, "supports()");
    return supports(operation, algorithm, lengthOrAdditionalAlgorithm);
  }

  // https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#timingsafeequal
  timingSafeEqual(a, b) {
    const [left, right] = [viewOf(a, "timingSafeEqual(): the first"), viewOf(b, "timingSafeEqual(): the second")];
    if (typedArrayLength(left) !== typedArrayLength(right)) {
      throw new TypeError("Input buffers must have the same byte length.");
    }
    return native.timingSafeEqual(left, right);
  }
}
defineInterface(SubtleCrypto);

const whole = (bytes) => bytes.buffer;

function requireBytes(value, where) {
  if (!isBufferSource(value)) throw new TypeError(`${where} is not an ArrayBuffer or a view of one.`);
}

const toUsages = (value, where) => normalizeUsages(toSequence(value, toUsage, `${where}: the usages`));

// https://w3c.github.io/webcrypto/#dom-keyformat
const formats = {
  __proto__: null, raw: true, "raw-public": true, "raw-private": true, "raw-secret": true, "raw-seed": true, spki: true,
  pkcs8: true, jwk: true,
};
function toFormat(value) {
  const format = `${value}`;
  if (format in formats) return format;
  throw new TypeError(`"${format}" is no format of keys.`);
}

function requirePermission(key, { name }, usage) {
  if (key.algorithm.name !== name) throw invalidAccess(`The key is one for ${key.algorithm.name}, not for ${name}.`);
  for (let i = 0; i < key.usages.length; i++) if (key.usages[i] === usage) return;
  throw invalidAccess(`The key's usages do not permit "${usage}".`);
}

/// encrypt(), decrypt() and sign(), which ask the same of their arguments.
function crypt(operation, algorithm, key, data) {
  const slots = toKey(key, `${operation}(): the key`);
  requireBytes(data, `${operation}(): the data`);
  const normalized = normalize(operation, algorithm);
  requirePermission(slots, normalized, operation);
  normalized.check?.(normalized);
  return normalized.run(normalized, slots, data);
}

/// An algorithm that wraps keys, or one that encrypts them as it does anything.
function normalizeWrapping(operation, fallback, identifier) {
  try {
    return normalize(operation, identifier);
  } catch {
    return normalize(fallback, identifier);
  }
}

/// A format under the name that algorithms know it by.
const formFor = (format, { raw }) => (format === raw ? "raw" : format);

function imported(normalized, format, data, extractable, usages) {
  const key = normalized.run(normalized, formFor(format, normalized), data, extractable, usages);
  if (key.type !== "public") requireSomeUsage(usages, `A ${key.type} key`);
  return key;
}

function exported(format, key) {
  const operation = operationFor(key, "exportKey");
  if (!key.extractable) throw invalidAccess("The key is not extractable.");
  return operation.run(formFor(format, operation), key);
}

export const makeSubtle = () => (subtle ??= new SubtleCrypto(making));
