// What all algorithms with a public and a private key share: making them, and reading and writing them.
import { invalidAccess, notSupported } from "./crypto_algorithms.js";
import { intersect, makeKey, requireSomeUsage, requireUsages } from "./crypto_key.js";
import { jwkOf, requireJwk } from "./crypto_jwk.js";

/// `family`: {name, publicUsages, privateUsages, kty, use}, and what is its own:
/// generate(algorithm): the two handles, public first, or a promise of them;
/// describe(algorithm, handle): the key's algorithm, with a DataError for a key of another kind;
/// fromJwk(algorithm, jwk): a handle; toJwk(key): the members; fromRaw(algorithm, bytes) and toRaw(handle), if any.
export function keyPairOperations(family) {
  const where = `A key for ${family.name}`;

  async function generateKey(algorithm, extractable, usages) {
    requireUsages(usages, [...family.publicUsages, ...family.privateUsages], where);
    algorithm.check?.(algorithm);
    const privateUsages = intersect(usages, family.privateUsages);
    requireSomeUsage(privateUsages, `${where} that is private`);
    const [publicHandle, privateHandle] = await family.generate(algorithm);
    const described = family.describe(algorithm, publicHandle);
    const make = (type, handle, isExtractable, allowed) =>
      makeKey({ type, extractable: isExtractable, algorithm: described, usages: allowed, handle });
    return {
      publicKey: make("public", publicHandle, true, intersect(usages, family.publicUsages)),
      privateKey: make("private", privateHandle, extractable, privateUsages),
    };
  }

  function importKey(algorithm, format, data, extractable, usages) {
    const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
    requireUsages(usages, isPrivate ? family.privateUsages : family.publicUsages, where);
    const handle = read(algorithm, format, data, extractable, usages);
    const described = family.describe(algorithm, handle);
    return makeKey({ type: isPrivate ? "private" : "public", extractable, algorithm: described, usages, handle });
  }

  function read(algorithm, format, data, extractable, usages) {
    switch (format) {
      case "spki": return native.keyFromSpki(data);
      case "pkcs8": return native.keyFromPkcs8(data);
      case "jwk":
        requireJwk(data, { kty: family.kty, use: family.use, extractable, usages });
        return family.fromJwk(algorithm, data);
      case "raw":
        if (family.fromRaw) return family.fromRaw(algorithm, data);
    }
    throw notSupported(`${where} cannot be imported as "${format}".`);
  }

  function exportKey(format, key) {
    switch (format) {
      case "spki": return native.keySpki(requireType(key, "public", format));
      case "pkcs8": return native.keyPkcs8(requireType(key, "private", format));
      case "jwk": return jwkOf(key, { kty: family.kty, ...family.toJwk(key) });
      case "raw":
        if (family.toRaw) return family.toRaw(requireType(key, "public", format));
    }
    throw notSupported(`${where} cannot be exported as "${format}".`);
  }

  function getPublicKey(key, usages) {
    const handle = native.publicHalf(requireType(key, "private"));
    requireUsages(usages, family.publicUsages, where);
    return makeKey({ type: "public", extractable: true, algorithm: key.algorithm, usages, handle });
  }

  return {
    generateKey: { run: generateKey },
    importKey: { run: importKey, raw: "raw-public" },
    exportKey: { run: exportKey, raw: "raw-public" },
    getPublicKey: { run: getPublicKey },
  };
}

/// The handle of a key of that type.
export function requireType(key, type, format) {
  if (key.type === type) return key.handle;
  const purpose = format === undefined ? "this" : `the format "${format}"`;
  throw invalidAccess(`A ${type} key is needed for ${purpose}, but the key is ${key.type}.`);
}
