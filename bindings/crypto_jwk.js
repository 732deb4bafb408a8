// JSON Web Keys: https://w3c.github.io/webcrypto/#JsonWebKey-dictionary, RFC 7517.
import { append, includes, jsonParse } from "./primordials.js";
import { dataError } from "./crypto_algorithms.js";
import { isBufferSource, isObject, toDOMString, toSequence } from "./webidl.js";

const textMembers = ["alg", "crv", "d", "dp", "dq", "e", "k", "kty", "n", "p", "q", "qi", "use", "x", "y"];

// https://webidl.spec.whatwg.org/#es-dictionary
export function toJsonWebKey(value, where) {
  if (isBufferSource(value) || !isObject(value)) throw new TypeError(`${where} is not a JSON Web Key.`);
  const jwk = { __proto__: null };
  for (const member of textMembers) {
    const given = value[member];
    if (given !== undefined) jwk[member] = toDOMString(given);
  }
  const { ext, key_ops: operations, oth } = value;
  if (ext !== undefined) jwk.ext = !!ext;
  if (operations !== undefined) jwk.key_ops = toSequence(operations, toDOMString, `${where}: key_ops`);
  if (oth !== undefined) jwk.oth = toSequence(oth, (prime) => prime, `${where}: oth`);
  return jwk;
}

// https://w3c.github.io/webcrypto/#concept-parse-a-jwk
export function parseJwk(bytes) {
  let value;
  try {
    value = jsonParse(native.utf8Decode(bytes, false, false));
  } catch {
    throw dataError("The bytes are no JSON Web Key.");
  }
  const jwk = toJsonWebKey(value, "The unwrapped key");
  if (jwk.kty === undefined) throw dataError('The JSON Web Key has no "kty".');
  return jwk;
}

/// What every kind of key asks of its JWK, beside its numbers.
export function requireJwk(jwk, { kty, use, extractable, usages }) {
  if (jwk.kty !== kty) throw dataError(`The JSON Web Key's "kty" is not "${kty}".`);
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) {
    throw dataError(`The JSON Web Key's "use" is not "${use}".`);
  }
  if (jwk.key_ops !== undefined) requireOperations(jwk.key_ops, usages);
  if (jwk.ext === false && extractable) throw dataError("The JSON Web Key is not extractable.");
}

// RFC 7517 section 4.3: no value twice, and the usages among them.
function requireOperations(operations, usages) {
  const known = [];
  for (let i = 0; i < operations.length; i++) {
    if (includes(known, operations[i])) throw dataError('The JSON Web Key\'s "key_ops" has a value twice.');
    append(known, operations[i]);
  }
  for (let i = 0; i < usages.length; i++) {
    if (!includes(known, usages[i])) throw dataError(`The JSON Web Key's "key_ops" lacks "${usages[i]}".`);
  }
}

/// The bytes of a member, which must be there.
export function bytesOf(jwk, member) {
  const bytes = jwk[member] === undefined ? null : native.base64urlDecode(jwk[member]);
  if (bytes !== null) return bytes;
  throw dataError(`The JSON Web Key's "${member}" is missing, or no base64url.`);
}

export const toBase64url = (bytes) => native.base64urlEncode(bytes);

/// The JWK of a key, with what every kind has.
export const jwkOf = (key, members) => ({ ...members, ext: key.extractable, key_ops: [...key.usages] });
