// The curves of NIST: ECDSA and ECDH. https://w3c.github.io/webcrypto/#ecdsa, #ecdh
import { setBytes, subarray } from "./primordials.js";
import { agreement } from "./crypto_agreement.js";
import { dataError, defineAlgorithm, hash, notSupported, required, text } from "./crypto_algorithms.js";
import { bytesOf, toBase64url } from "./crypto_jwk.js";
import { keyPairOperations, requireType } from "./crypto_key_pairs.js";

// Curve → bytes of a coordinate, and the "alg" of RFC 7518 section 3.1.
const curves = {
  __proto__: null,
  "P-256": { size: 32, alg: "ES256" }, "P-384": { size: 48, alg: "ES384" }, "P-521": { size: 66, alg: "ES512" },
};
function requireCurve({ namedCurve }) {
  if (!(namedCurve in curves)) throw notSupported(`The curve "${namedCurve}" is not supported.`);
}
const noBytes = new Uint8Array();

function coordinate(jwk, member, size) {
  const bytes = bytesOf(jwk, member);
  if (bytes.length === size) return bytes;
  throw dataError(`The JSON Web Key's "${member}" has ${bytes.length} bytes, not ${size}.`);
}

function fromJwk({ name, namedCurve }, jwk) {
  requireCurve({ namedCurve });
  if (jwk.crv !== namedCurve) throw dataError(`The JSON Web Key's "crv" is not "${namedCurve}".`);
  const { size, alg } = curves[namedCurve];
  if (name === "ECDSA" && jwk.alg !== undefined && jwk.alg !== alg) {
    throw dataError(`The JSON Web Key's "alg" is not "${alg}".`);
  }
  // SEC 1 section 2.3.3: 04, x, y.
  const point = new Uint8Array(1 + 2 * size);
  point[0] = 4;
  setBytes(point, coordinate(jwk, "x", size), 1);
  setBytes(point, coordinate(jwk, "y", size), 1 + size);
  return native.ecKey(namedCurve, point, jwk.d === undefined ? noBytes : coordinate(jwk, "d", size));
}

function toJwk({ algorithm: { namedCurve }, handle, type }) {
  const [point, d] = native.ecNumbers(handle);
  const { size } = curves[namedCurve];
  const jwk = {
    crv: namedCurve, x: toBase64url(subarray(point, 1, 1 + size)), y: toBase64url(subarray(point, 1 + size)),
  };
  if (type === "private") jwk.d = toBase64url(d);
  return jwk;
}

function defineEc(name, { publicUsages, privateUsages, use }, operations) {
  const keys = keyPairOperations({
    name,
    publicUsages,
    privateUsages,
    kty: "EC",
    use,
    generate: ({ namedCurve }) => native.generatePair(namedCurve),
    describe(algorithm, handle) {
      requireCurve(algorithm);
      const { namedCurve } = algorithm;
      if (native.keyKind(handle) === namedCurve) return { __proto__: null, name, namedCurve };
      throw dataError(`The key is none on the curve ${namedCurve}.`);
    },
    fromJwk,
    toJwk,
    fromRaw: ({ namedCurve }, bytes) => native.ecKey(namedCurve, bytes, noBytes),
    toRaw: (handle) => native.ecNumbers(handle)[0],
  });
  const parameters = { namedCurve: required(text) };
  keys.generateKey.parameters = parameters;
  keys.generateKey.check = requireCurve;
  keys.importKey.parameters = parameters;
  defineAlgorithm(name, { ...keys, ...operations });
}

defineEc("ECDSA", { publicUsages: ["verify"], privateUsages: ["sign"], use: "sig" }, {
  sign: {
    parameters: { hash: required(hash) },
    run: (algorithm, key, data) => native.sign(requireType(key, "private"), "ECDSA", algorithm.hash, 0, data),
  },
  verify: {
    parameters: { hash: required(hash) },
    run: (algorithm, key, signature, data) =>
      native.verify(requireType(key, "public"), "ECDSA", algorithm.hash, 0, signature, data),
  },
});
defineEc("ECDH", { publicUsages: [], privateUsages: ["deriveKey", "deriveBits"], use: "enc" }, agreement);
