// AES: CTR, CBC, GCM, OCB and KW.
// https://w3c.github.io/webcrypto/#aes-ctr, #aes-cbc, #aes-gcm, #aes-kw
import { includes, typedArrayLength } from "./primordials.js";
import {
  bytes, dataError, defineAlgorithm, octet, operationError, optional, required, short,
} from "./crypto_algorithms.js";
import { secretKeyOperations } from "./crypto_secret_keys.js";
import { viewOf } from "./webidl.js";

const lengths = [128, 192, 256];
const sizeOf = (buffer) => typedArrayLength(viewOf(buffer));
const noBytes = new Uint8Array();

function defineAes(mode, usages, operations) {
  const name = `AES-${mode}`;
  const family = {
    name,
    usages,
    use: "enc",
    jwkName: ({ length }) => ({ alg: `A${length}${mode}` }),
    checkJwk(jwk, { length }) {
      if (jwk.alg === undefined || jwk.alg === `A${length}${mode}`) return;
      throw dataError(`The JSON Web Key's "alg" is not "A${length}${mode}".`);
    },
  };
  const describe = (algorithm, bits) => {
    if (includes(lengths, bits)) return { __proto__: null, name, length: bits };
    throw dataError(`A key for ${name} has 128, 192 or 256 bits, not ${bits}.`);
  };
  const check = ({ length }) => {
    if (!includes(lengths, length)) throw operationError(`A key for ${name} has 128, 192 or 256 bits, not ${length}.`);
  };
  const keys = secretKeyOperations(family, describe);
  defineAlgorithm(name, {
    ...operations,
    generateKey: {
      parameters: { length: required(short) },
      check,
      run: (algorithm, extractable, usages) =>
        keys.generateKey(algorithm, () => algorithm.length, extractable, usages),
    },
    importKey: { run: keys.importKey, raw: "raw-secret" },
    exportKey: { run: keys.exportKey, raw: "raw-secret" },
    getKeyLength: {
      parameters: { length: required(short) },
      run(algorithm) {
        check(algorithm);
        return algorithm.length;
      },
    },
  });
}

/// Encryption and decryption, which have the same parameters.
const both = (parameters, check, run) => ({
  encrypt: { parameters, check, run: (algorithm, key, data) => run(true, algorithm, key.handle, data) },
  decrypt: { parameters, check, run: (algorithm, key, data) => run(false, algorithm, key.handle, data) },
});
export const contentUsages = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];

function checkBlock(buffer, what) {
  if (sizeOf(buffer) !== 16) throw operationError(`${what} has 16 bytes, not ${sizeOf(buffer)}.`);
}

defineAes("CBC", contentUsages, both(
  { iv: required(bytes) },
  ({ iv }) => checkBlock(iv, "AES-CBC: the iv"),
  (encrypts, { iv }, handle, data) => native.aesCbc(encrypts, handle, iv, data),
));

defineAes("CTR", contentUsages, both(
  { counter: required(bytes), length: required(octet) },
  ({ counter, length }) => {
    checkBlock(counter, "AES-CTR: the counter");
    if (length === 0 || length > 128) throw operationError("AES-CTR: the counter's length is 1 to 128 bits.");
  },
  (encrypts, { counter, length }, handle, data) => native.aesCtr(handle, counter, length, data),
));

/// Encryption with a tag of one of these lengths, in bits, and an iv of at least and at most so many bytes.
export const authenticated = (name, tagLengths, ivLeast, ivMost) => both(
  { additionalData: optional(bytes, noBytes), iv: required(bytes), tagLength: optional(octet, 128) },
  ({ iv, tagLength }) => {
    if (!includes(tagLengths, tagLength)) throw operationError(`${name} has no tags of ${tagLength} bits.`);
    const size = sizeOf(iv);
    if (size < ivLeast || size > ivMost) throw operationError(`${name}: the iv has ${ivLeast} to ${ivMost} bytes.`);
  },
  (encrypts, { additionalData, iv, tagLength }, handle, data) =>
    native.aead(encrypts, handle, name, iv, additionalData, tagLength / 8, data),
);

defineAes("GCM", contentUsages, authenticated("AES-GCM", [32, 64, 96, 104, 112, 120, 128], 1, 128));
// https://wicg.github.io/webcrypto-modern-algos/#aes-ocb, RFC 7253
defineAes("OCB", contentUsages, authenticated("AES-OCB", [64, 96, 128], 1, 15));

defineAes("KW", ["wrapKey", "unwrapKey"], {
  wrapKey: {
    run(algorithm, key, data) {
      if (sizeOf(data) % 8 === 0) return native.aesKeyWrap(true, key.handle, data);
      throw operationError("AES-KW wraps keys whose length is a multiple of 64 bits.");
    },
  },
  unwrapKey: { run: (algorithm, key, data) => native.aesKeyWrap(false, key.handle, data) },
});
