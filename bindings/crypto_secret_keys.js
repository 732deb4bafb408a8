// What all algorithms with a secret key share: making it, and reading and writing it as bytes and as JWK.
import { typedArrayLength } from "./primordials.js";
import { notSupported } from "./crypto_algorithms.js";
import { makeKey, requireSomeUsage, requireUsages } from "./crypto_key.js";
import { bytesOf, jwkOf, requireJwk, toBase64url } from "./crypto_jwk.js";
import { viewOf } from "./webidl.js";

/// `family`: {name, usages, use} and, for JWK, jwkName(algorithm) and checkJwk(jwk, algorithm, bits).
/// `describe(algorithm, bits)` is the key's algorithm, or throws for a length that it cannot have.
export function secretKeyOperations(family, describe) {
  const where = `A key for ${family.name}`;
  const make = (algorithm, handle, extractable, usages) =>
    makeKey({ type: "secret", extractable, algorithm, usages, handle });

  function generateKey(algorithm, bits, extractable, usages) {
    requireUsages(usages, family.usages, where);
    algorithm.check?.(algorithm);
    requireSomeUsage(usages, where);
    const size = bits();
    return make(describe(algorithm, size), native.randomSecretKey(size), extractable, usages);
  }

  function importKey(algorithm, format, data, extractable, usages) {
    requireUsages(usages, family.usages, where);
    let bytes;
    if (format === "raw") bytes = viewOf(data);
    else if (format === "jwk") bytes = bytesFromJwk(data);
    else throw notSupported(`${where} cannot be imported as "${format}".`);
    const described = describe(algorithm, typedArrayLength(bytes) * 8);
    if (format === "jwk") {
      requireJwk(data, { kty: "oct", use: family.use, extractable, usages });
      family.checkJwk(data, described);
    }
    return make(described, native.secretKey(bytes), extractable, usages);
  }

  function bytesFromJwk(jwk) {
    requireJwk(jwk, { kty: "oct", usages: [] });
    return bytesOf(jwk, "k");
  }

  function exportKey(format, key) {
    const bytes = native.secretBytes(key.handle);
    if (format === "raw") return bytes;
    if (format !== "jwk") throw notSupported(`${where} cannot be exported as "${format}".`);
    return jwkOf(key, { kty: "oct", k: toBase64url(bytes), ...family.jwkName(key.algorithm) });
  }
  return { generateKey, importKey, exportKey };
}
