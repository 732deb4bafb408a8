// SubtleCrypto.supports(): whether an operation would be refused for its algorithm, without trying.
// https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-supports
import { includes } from "./primordials.js";
import { normalize } from "./crypto_algorithms.js";
import { toInteger } from "./webidl.js";

const plain = [
  "encrypt", "decrypt", "sign", "verify", "digest", "generateKey", "importKey", "exportKey", "getPublicKey",
];

function trial(operation, algorithm, length) {
  const normalized = normalize(operation, algorithm);
  normalized.check?.(normalized, length);
  return normalized;
}

/// Throws what the operation would throw for its algorithms.
function tryOperation(operation, algorithm, additional) {
  if (includes(plain, operation)) return trial(operation, algorithm);
  switch (operation) {
    case "deriveBits": return trial(operation, algorithm, toBits(additional));
    case "deriveKey": {
      trial("importKey", additional);
      const sizing = trial("getKeyLength", additional);
      return trial("deriveBits", algorithm, sizing.run(sizing));
    }
    case "wrapKey": return either(() => trial("wrapKey", algorithm), () => trial("encrypt", algorithm));
    case "unwrapKey": return either(() => trial("unwrapKey", algorithm), () => trial("decrypt", algorithm));
  }
  throw new TypeError(`"${operation}" is no operation of SubtleCrypto.`);
}

const toBits = (length) => (length === undefined || length === null ? null : toInteger(length, 32));

function either(first, second) {
  try {
    return first();
  } catch {
    return second();
  }
}

export function supports(operation, algorithm, additional) {
  try {
    tryOperation(`${operation}`, algorithm, additional);
    return true;
  } catch {
    return false;
  }
}
