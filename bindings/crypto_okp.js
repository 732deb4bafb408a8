// Curves whose keys are just bytes: Ed25519 and X25519, Ed448 and X448.
// https://w3c.github.io/webcrypto/#ed25519, #x25519; RFC 8037
import { includes } from "./primordials.js";
import { agreement } from "./crypto_agreement.js";
import { dataError, defineAlgorithm } from "./crypto_algorithms.js";
import { bytesOf, toBase64url } from "./crypto_jwk.js";
import { keyPairOperations, requireType } from "./crypto_key_pairs.js";

function fromJwk(name, jwk) {
  if (jwk.crv !== name) throw dataError(`The JSON Web Key's "crv" is not "${name}".`);
  const x = bytesOf(jwk, "x");
  if (jwk.d === undefined) return native.rawPublicKey(name, x);
  const handle = native.rawPrivateKey(name, bytesOf(jwk, "d"));
  if (toBase64url(native.rawPublicOf(handle)) === jwk.x) return handle;
  throw dataError('The JSON Web Key\'s "x" does not belong to its "d".');
}

function define(name, { publicUsages, privateUsages, use, algs }, operations) {
  const keys = keyPairOperations({
    name,
    publicUsages,
    privateUsages,
    kty: "OKP",
    use,
    generate: () => native.generatePair(name),
    describe(algorithm, handle) {
      if (native.keyKind(handle) !== name) throw dataError(`The key is none for ${name}.`);
      return { __proto__: null, name };
    },
    fromJwk(algorithm, jwk) {
      // Key agreement takes any "alg".
      if (algs && jwk.alg !== undefined && !includes(algs, jwk.alg)) {
        throw dataError(`The JSON Web Key's "alg" is not "${name}".`);
      }
      return fromJwk(name, jwk);
    },
    toJwk({ handle, type }) {
      const jwk = { crv: name, x: toBase64url(native.rawPublicOf(handle)) };
      if (algs) jwk.alg = name;
      if (type === "private") jwk.d = toBase64url(native.rawPrivateOf(handle));
      return jwk;
    },
    fromRaw: (algorithm, bytes) => native.rawPublicKey(name, bytes),
    toRaw: (handle) => native.rawPublicOf(handle),
  });
  defineAlgorithm(name, { ...keys, ...operations });
}

const signatures = {
  sign: { run: (algorithm, key, data) => native.sign(requireType(key, "private"), "EdDSA", "", 0, data) },
  verify: {
    run: (algorithm, key, signature, data) =>
      native.verify(requireType(key, "public"), "EdDSA", "", 0, signature, data),
  },
};

for (const name of ["Ed25519", "Ed448"]) {
  define(name, { publicUsages: ["verify"], privateUsages: ["sign"], use: "sig", algs: [name, "EdDSA"] }, signatures);
}
for (const name of ["X25519", "X448"]) {
  define(name, { publicUsages: [], privateUsages: ["deriveKey", "deriveBits"], use: "enc" }, agreement);
}
