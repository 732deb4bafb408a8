// ChaCha20-Poly1305: https://wicg.github.io/webcrypto-modern-algos/#chacha20-poly1305, RFC 8439
import { authenticated, contentUsages } from "./crypto_aes.js";
import { dataError, defineAlgorithm } from "./crypto_algorithms.js";
import { secretKeyOperations } from "./crypto_secret_keys.js";

const name = "ChaCha20-Poly1305";
const bits = 256;

const keys = secretKeyOperations({
  name,
  usages: contentUsages,
  use: "enc",
  jwkName: () => ({ alg: "C20P" }),
  checkJwk(jwk) {
    if (jwk.alg !== undefined && jwk.alg !== "C20P") throw dataError('The JSON Web Key\'s "alg" is not "C20P".');
  },
}, (algorithm, length) => {
  if (length !== bits) throw dataError(`A key for ${name} has ${bits} bits, not ${length}.`);
  return { __proto__: null, name };
});

defineAlgorithm(name, {
  ...authenticated(name, [128], 12, 12),
  generateKey: {
    run: (algorithm, extractable, usages) => keys.generateKey(algorithm, () => bits, extractable, usages),
  },
  importKey: { run: keys.importKey, raw: "raw-secret" },
  exportKey: { run: keys.exportKey, raw: "raw-secret" },
  getKeyLength: { run: () => bits },
});
