// PBKDF2 and HKDF. https://w3c.github.io/webcrypto/#pbkdf2, #hkdf
import { bytes, defineAlgorithm, hash, long, notSupported, operationError, required } from "./crypto_algorithms.js";
import { makeKey, requireUsages } from "./crypto_key.js";
import { DOMException } from "./dom_exception.js";

function checkLength(name, length) {
  if (length === null || length % 8 !== 0) throw operationError(`${name} needs a length that is a multiple of 8 bits.`);
}

function define(name, parameters, derive, checkParameters = () => {}) {
  const check = (algorithm, length) => {
    checkLength(name, length);
    checkParameters(algorithm);
  };
  defineAlgorithm(name, {
    deriveBits: {
      parameters,
      check,
      run(algorithm, key, length) {
        check(algorithm, length);
        return derive(algorithm, key.handle, length / 8);
      },
    },
    importKey: {
      raw: "raw-secret",
      run(algorithm, format, data, extractable, usages) {
        if (format !== "raw") throw notSupported(`A key for ${name} cannot be imported as "${format}".`);
        requireUsages(usages, ["deriveKey", "deriveBits"], `A key for ${name}`);
        if (extractable) throw new DOMException(`A key for ${name} cannot be extractable.`, "SyntaxError");
        return makeKey({
          type: "secret", extractable, algorithm: { __proto__: null, name }, usages, handle: native.secretKey(data),
        });
      },
    },
    getKeyLength: { run: () => null },
  });
}

define("HKDF", { hash: required(hash), info: required(bytes), salt: required(bytes) },
  (algorithm, handle, size) => native.hkdf(handle, algorithm.hash, algorithm.salt, algorithm.info, size));

define("PBKDF2", { hash: required(hash), iterations: required(long), salt: required(bytes) },
  (algorithm, handle, size) => native.pbkdf2(handle, algorithm.hash, algorithm.salt, algorithm.iterations, size),
  ({ iterations }) => {
    if (iterations === 0) throw operationError("PBKDF2 needs at least one iteration.");
  });
