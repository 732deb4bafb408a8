// Key agreement, as ECDH, X25519 and X448 have it.
// https://w3c.github.io/webcrypto/#ecdh-operations, "derive bits"
import { subarray } from "./primordials.js";
import { invalidAccess, key, operationError, required } from "./crypto_algorithms.js";
import { requireType } from "./crypto_key_pairs.js";

export const agreement = {
  deriveBits: {
    parameters: { public: required(key) },
    check: checkLength,
    async run({ public: other }, own, length) {
      const ownHandle = requireType(own, "private");
      const otherHandle = requireType(other, "public");
      const { name, namedCurve } = own.algorithm;
      if (other.algorithm.name !== name) throw invalidAccess(`The public key is none for ${name}.`);
      if (other.algorithm.namedCurve !== namedCurve) throw invalidAccess("The two keys are of different curves.");
      checkLength({ public: other }, length);
      const secret = await native.agree(ownHandle, otherHandle);
      return length === null ? secret : firstBits(secret, length);
    },
  },
};

// The bits of a coordinate, in whole bytes.
const secretBits = { __proto__: null, "P-256": 256, "P-384": 384, "P-521": 528, X25519: 256, X448: 448 };
function checkLength({ public: { algorithm: { name, namedCurve } } }, length) {
  const bits = secretBits[namedCurve ?? name];
  if (length !== null && length > bits) throw operationError(`The secret has ${bits} bits, fewer than ${length}.`);
}

/// Bits beyond the last whole byte are the first of one more byte.
function firstBits(bytes, length) {
  const first = new Uint8Array(subarray(bytes, 0, (length + 7) >> 3));
  if (length % 8 !== 0) first[first.length - 1] &= 0xff << (8 - (length % 8));
  return first;
}
