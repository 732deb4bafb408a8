// RSA: RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP.
// https://w3c.github.io/webcrypto/#rsassa-pkcs1, #rsa-pss, #rsa-oaep
import {
  bigInteger, bytes, dataError, defineAlgorithm, hash, long, notSupported, operationError, optional, required,
} from "./crypto_algorithms.js";
import { keyPairOperations, requireType } from "./crypto_key_pairs.js";
import { bytesOf, toBase64url } from "./crypto_jwk.js";

// RFC 7518 section 6.3: the members of public and private keys.
const publicMembers = ["n", "e"];
const privateMembers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

// RFC 7518 sections 3.1 and 4.1, and the same with SHA-1; other hashes have no name.
const hashSuffixes = { __proto__: null, "SHA-1": "1", "SHA-256": "256", "SHA-384": "384", "SHA-512": "512" };
const signatureName = (prefix) => (hashName) =>
  (hashName in hashSuffixes ? `${prefix}${hashSuffixes[hashName]}` : undefined);
const oaepName = (hashName) => {
  if (!(hashName in hashSuffixes)) return undefined;
  return hashName === "SHA-1" ? "RSA-OAEP" : `RSA-OAEP-${hashSuffixes[hashName]}`;
};

// DEPARTURE: the specification leaves sizes and exponents open. These exponents are the ones Cloudflare takes; larger
// keys would occupy a thread for minutes.
const modulusBitsLeast = 512;
const modulusBitsMost = 8192;

function exponentOf(publicExponent) {
  let exponent = 0;
  for (let i = 0; i < publicExponent.length; i++) exponent = exponent * 256 + publicExponent[i];
  return exponent;
}

function checkGeneration({ modulusLength, publicExponent }) {
  const exponent = exponentOf(publicExponent);
  if (exponent !== 3 && exponent !== 65_537) throw operationError("RSA: the publicExponent must be 3 or 65537.");
  if (modulusLength < modulusBitsLeast || modulusLength > modulusBitsMost || modulusLength % 8 !== 0) {
    const range = `${modulusBitsLeast} to ${modulusBitsMost}`;
    throw operationError(`RSA: the modulusLength must be a multiple of 8 from ${range}.`);
  }
}

function fromJwk(jwk, algName) {
  if (jwk.alg !== undefined && algName !== undefined && jwk.alg !== algName) {
    throw dataError(`The JSON Web Key's "alg" is not "${algName}".`);
  }
  if (jwk.d === undefined) return native.rsaPublicKey(bytesOf(jwk, "n"), bytesOf(jwk, "e"));
  if (jwk.oth !== undefined) throw notSupported("RSA keys with more than two primes are not supported.");
  if (jwk.p === undefined && jwk.q === undefined) {
    throw notSupported('An RSA private key needs "p", "q", "dp", "dq" and "qi" in its JSON Web Key.');
  }
  return native.rsaPrivateKey(...privateMembers.map((member) => bytesOf(jwk, member)));
}

function toJwk(key, algName) {
  const numbers = native.rsaNumbers(key.handle);
  const members = key.type === "private" ? privateMembers : publicMembers;
  const jwk = algName === undefined ? {} : { alg: algName };
  for (let i = 0; i < members.length; i++) jwk[members[i]] = toBase64url(numbers[i]);
  return jwk;
}

function defineRsa(name, { publicUsages, privateUsages, use, algOf }, operations) {
  const keys = keyPairOperations({
    name,
    publicUsages,
    privateUsages,
    kty: "RSA",
    use,
    generate: ({ modulusLength, publicExponent }) => native.generateRsa(modulusLength, exponentOf(publicExponent)),
    describe(algorithm, handle) {
      if (native.keyKind(handle) !== "RSA") throw dataError(`The key is none for ${name}.`);
      const publicExponent = native.rsaNumbers(handle)[1];
      return { __proto__: null, name, modulusLength: native.modulusBits(handle), publicExponent, hash: algorithm.hash };
    },
    fromJwk: (algorithm, jwk) => fromJwk(jwk, algOf(algorithm.hash)),
    toJwk: (key) => toJwk(key, algOf(key.algorithm.hash)),
  });
  keys.generateKey.parameters = {
    modulusLength: required(long), publicExponent: required(bigInteger), hash: required(hash),
  };
  keys.generateKey.check = checkGeneration;
  keys.importKey.parameters = { hash: required(hash) };
  defineAlgorithm(name, { ...keys, ...operations });
}

/// Signing and verifying with the salt that `saltOf(algorithm)` says.
const signatures = (name, parameters, saltOf) => ({
  sign: {
    parameters,
    run: (algorithm, key, data) =>
      native.sign(requireType(key, "private"), name, key.algorithm.hash, saltOf(algorithm), data),
  },
  verify: {
    parameters,
    run: (algorithm, key, signature, data) =>
      native.verify(requireType(key, "public"), name, key.algorithm.hash, saltOf(algorithm), signature, data),
  },
});
const signing = { publicUsages: ["verify"], privateUsages: ["sign"], use: "sig" };

defineRsa("RSASSA-PKCS1-v1_5", { ...signing, algOf: signatureName("RS") },
  signatures("RSASSA-PKCS1-v1_5", undefined, () => 0));
defineRsa("RSA-PSS", { ...signing, algOf: signatureName("PS") },
  signatures("RSA-PSS", { saltLength: required(long) }, ({ saltLength }) => saltLength));

const noBytes = new Uint8Array();
const oaepParameters = { label: optional(bytes, noBytes) };
defineRsa("RSA-OAEP", {
  publicUsages: ["encrypt", "wrapKey"], privateUsages: ["decrypt", "unwrapKey"], use: "enc", algOf: oaepName,
}, {
  encrypt: {
    parameters: oaepParameters,
    run: ({ label }, key, data) => native.rsaOaep(true, requireType(key, "public"), key.algorithm.hash, label, data),
  },
  decrypt: {
    parameters: oaepParameters,
    run: ({ label }, key, data) => native.rsaOaep(false, requireType(key, "private"), key.algorithm.hash, label, data),
  },
});
