// The digests: SHA-1, SHA-2, SHA-3, and MD5 as Cloudflare has it.
// https://w3c.github.io/webcrypto/#sha-operations
import { defineAlgorithm } from "./crypto_algorithms.js";

// Name → bits of the hash's block, which is the length of an HMAC key that is not told one.
const blockBits = {
  __proto__: null, "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024, "SHA3-256": 1088, "SHA3-384": 832,
  "SHA3-512": 576, MD5: 512,
};
for (const name in blockBits) {
  defineAlgorithm(name, { digest: { run: (algorithm, data) => native.digest(name, data) } });
}

export const blockBitsOf = (hash) => blockBits[hash];
