// node:crypto: the parts that policies use.
// https://nodejs.org/api/crypto.html
import { coded, invalidType } from "../../node_errors.js";
import { bytesOf, createHash, createHmac, getHashes, Hash, hash, Hmac } from "../../node_hash.js";
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject, unsupported } from "../../node_keys.js";
import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from "../../node_random.js";
import { X509Certificate } from "../../node_x509.js";

const { native } = import.meta.builtins;

export const webcrypto = globalThis.crypto;
export const { subtle } = webcrypto;
export const getRandomValues = (array) => webcrypto.getRandomValues(array);

// https://nodejs.org/api/crypto.html#cryptotimingsafeequala-b
export function timingSafeEqual(a, b) {
  const [left, right] = [bytesOf(requireView(a, "buf1")), bytesOf(requireView(b, "buf2"))];
  if (left.length === right.length) return native.timingSafeEqual(left, right);
  throw coded(new RangeError("Input buffers must have the same byte length"), "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH");
}

function requireView(value, name) {
  if (typeof value !== "string") return value;
  throw invalidType(name, "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", value);
}

// What is not here says what to take instead.
const refuse = (name, instead) => () => { throw unsupported(`${name}()`, instead); };
export const createCipheriv = refuse("createCipheriv", "crypto.subtle.encrypt()");
export const createDecipheriv = refuse("createDecipheriv", "crypto.subtle.decrypt()");
export const createSign = refuse("createSign", "crypto.subtle.sign()");
export const createVerify = refuse("createVerify", "crypto.subtle.verify()");
export const sign = refuse("sign", "crypto.subtle.sign()");
export const verify = refuse("verify", "crypto.subtle.verify()");
export const generateKeyPair = refuse("generateKeyPair", "crypto.subtle.generateKey()");
export const generateKeyPairSync = refuse("generateKeyPairSync", "crypto.subtle.generateKey()");
export const pbkdf2 = refuse("pbkdf2", "crypto.subtle.deriveBits()");
export const pbkdf2Sync = refuse("pbkdf2Sync", "crypto.subtle.deriveBits()");
export const hkdf = refuse("hkdf", "crypto.subtle.deriveBits()");
export const hkdfSync = refuse("hkdfSync", "crypto.subtle.deriveBits()");
export const scrypt = refuse("scrypt", "PBKDF2 of crypto.subtle.deriveBits()");
export const scryptSync = refuse("scryptSync", "PBKDF2 of crypto.subtle.deriveBits()");
export const diffieHellman = refuse("diffieHellman", "crypto.subtle.deriveBits()");

export {
  createHash, createHmac, createPrivateKey, createPublicKey, createSecretKey, getHashes, Hash, hash, Hmac, KeyObject,
  randomBytes, randomFill, randomFillSync, randomInt, randomUUID, X509Certificate,
};
export default {
  createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, createSecretKey,
  createSign, createVerify, diffieHellman, generateKeyPair, generateKeyPairSync, getHashes, getRandomValues, Hash, hash,
  hkdf, hkdfSync, Hmac, KeyObject, pbkdf2, pbkdf2Sync, randomBytes, randomFill, randomFillSync, randomInt, randomUUID,
  scrypt, scryptSync, sign, subtle, timingSafeEqual, verify, webcrypto, X509Certificate,
};
