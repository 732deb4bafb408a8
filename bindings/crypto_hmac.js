// HMAC: https://w3c.github.io/webcrypto/#hmac
import { setBytes, typedArrayLength } from "./primordials.js";
import {
  dataError, defineAlgorithm, hash, long, operationError, optional, required,
} from "./crypto_algorithms.js";
import { blockBitsOf } from "./crypto_hashes.js";
import { secretKeyOperations } from "./crypto_secret_keys.js";
import { isBufferSource, viewOf } from "./webidl.js";

// RFC 7518 section 3.2 has names for SHA-2, and custom has one for SHA-1; others have none.
const jwkNames = { __proto__: null, "SHA-1": "HS1", "SHA-256": "HS256", "SHA-384": "HS384", "SHA-512": "HS512" };

const family = {
  name: "HMAC",
  usages: ["sign", "verify"],
  use: "sig",
  jwkName: (algorithm) => (algorithm.hash in jwkNames ? { alg: jwkNames[algorithm.hash] } : undefined),
  checkJwk(jwk, algorithm) {
    const name = jwkNames[algorithm.hash];
    if (jwk.alg === undefined || name === undefined || jwk.alg === name) return;
    throw dataError(`The JSON Web Key's "alg" is not "${name}".`);
  },
};

// A length may leave out up to seven of the bits that are there.
function describe({ hash, length = undefined }, bits) {
  if (bits === 0) throw dataError("An HMAC key cannot be empty.");
  if (length !== undefined && (length > bits || length <= bits - 8)) {
    throw dataError(`The HMAC key has ${bits} bits, not ${length}.`);
  }
  return { __proto__: null, name: "HMAC", length: length ?? bits, hash };
}
const operations = secretKeyOperations(family, describe);

const bitsWanted = ({ hash, length }) => length ?? blockBitsOf(hash);
function checkLength({ length }) {
  if (length === 0) throw operationError("An HMAC key needs a length.");
}

/// Bits beyond the length are zero.
function truncated(data, length) {
  const view = viewOf(data);
  const size = typedArrayLength(view);
  if (length === undefined || length % 8 === 0 || size !== (length + 7) >> 3) return data;
  const bytes = new Uint8Array(size);
  setBytes(bytes, view);
  bytes[size - 1] &= 0xff << (8 - (length % 8));
  return bytes;
}

const parameters = { hash: required(hash), length: optional(long) };

defineAlgorithm("HMAC", {
  sign: { run: (algorithm, key, data) => native.hmac(key.algorithm.hash, key.handle, data) },
  verify: {
    run: (algorithm, key, signature, data) => native.hmacVerify(key.algorithm.hash, key.handle, signature, data),
  },
  generateKey: {
    parameters,
    check: checkLength,
    run: (algorithm, extractable, usages) =>
      operations.generateKey(algorithm, () => bitsWanted(algorithm), extractable, usages),
  },
  importKey: {
    parameters,
    raw: "raw-secret",
    run: (algorithm, format, data, ...rest) =>
      operations.importKey(algorithm, format, isBufferSource(data) ? truncated(data, algorithm.length) : data, ...rest),
  },
  exportKey: { run: operations.exportKey, raw: "raw-secret" },
  getKeyLength: {
    parameters,
    run(algorithm) {
      if (algorithm.length === 0) throw new TypeError("An HMAC key needs a length.");
      return bitsWanted(algorithm);
    },
  },
});
