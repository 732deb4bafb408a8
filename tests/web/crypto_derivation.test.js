// crypto.subtle: derivation, with vectors of RFC 5869, RFC 6070 and RFC 7748.
import { assert, describe, it } from "edge-run:test";

const { subtle } = crypto;
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const text = (string) => new TextEncoder().encode(string);
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error.name;
  }
  return assert.fail("the promise was not rejected");
}
const both = ["deriveBits", "deriveKey"];
const secret = (name, data, usages = both) => subtle.importKey("raw", data, name, false, usages);

describe("PBKDF2", () => {
  const algorithm = { name: "PBKDF2", hash: "SHA-1", salt: text("salt"), iterations: 1 };

  it("has keys that nobody can export", async () => {
    assert.equal(await failure(subtle.importKey("raw", text("x"), "PBKDF2", true, both)), "SyntaxError");
    assert.equal(await failure(subtle.importKey("raw", text("x"), "PBKDF2", false, ["sign"])), "SyntaxError");
    assert.equal(await failure(subtle.generateKey("PBKDF2", false, both)), "NotSupportedError");
  });
  it("refuses odd lengths, no iterations, and more work than a server should do", async () => {
    const key = await secret("PBKDF2", text("password"));
    assert.equal(await failure(subtle.deriveBits(algorithm, key, 7)), "OperationError");
    assert.equal(await failure(subtle.deriveBits(algorithm, key, null)), "OperationError");
    assert.equal(await failure(subtle.deriveBits({ ...algorithm, iterations: 0 }, key, 8)), "OperationError");
    assert.equal(await failure(subtle.deriveBits({ ...algorithm, iterations: 2 ** 31 }, key, 8)), "NotSupportedError");
    assert.equal(await failure(subtle.deriveBits({ ...algorithm, iterations: -1 }, key, 8)), "TypeError");
    assert.equal(await failure(subtle.deriveBits(algorithm, await secret("PBKDF2", text(""), ["deriveKey"]), 8)),
      "InvalidAccessError");
  });
  it("derives", async () => {
    const key = await secret("PBKDF2", text("password"));
    assert.equal(hex(await subtle.deriveBits(algorithm, key, 160)), "0c60c80f961f0e71f3a9b524af6012062fe037a6");
    const slow = { ...algorithm, iterations: 4096 };
    assert.equal(hex(await subtle.deriveBits(slow, key, 160)), "4b007901b765489abead49d926f721d065a429c1");
  });
  it("lets the loop go on while it works", async () => {
    const key = await secret("PBKDF2", text("password"));
    const ends = [];
    const derived = subtle.deriveBits({ ...algorithm, iterations: 200_000 }, key, 160).then(() => ends.push("derived"));
    await new Promise((resolve) => setTimeout(resolve, 1)).then(() => ends.push("timer"));
    await derived;
    assert.deepEqual(ends, ["timer", "derived"]);
  });
});

describe("HKDF", () => {
  it("derives, and no more than 255 times its hash", async () => {
    const key = await secret("HKDF", bytes("0b".repeat(22)));
    const algorithm = {
      name: "HKDF", hash: "SHA-256", salt: bytes("000102030405060708090a0b0c"), info: bytes("f0f1f2f3f4f5f6f7f8f9"),
    };
    assert.equal(await failure(subtle.deriveBits(algorithm, key, 255 * 256 + 8)), "OperationError");
    assert.equal(hex(await subtle.deriveBits(algorithm, key, 336)),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    const nothing = { ...algorithm, salt: bytes(""), info: bytes("") };
    assert.equal(hex(await subtle.deriveBits(nothing, key, 336)),
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  });
  it("derives keys for other algorithms", async () => {
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: bytes(""), info: bytes("") };
    const key = await secret("HKDF", text("secret"));
    const hmac = await subtle.deriveKey(algorithm, key, { name: "HMAC", hash: "SHA-512" }, true, ["sign"]);
    assert.equal((await subtle.exportKey("raw", hmac)).byteLength, 128);
    assert.deepEqual(hmac.algorithm, { name: "HMAC", length: 1024, hash: { name: "SHA-512" } });
    assert.equal(await failure(subtle.deriveKey(algorithm, key, { name: "AES-GCM", length: 99 }, true, ["encrypt"])),
      "OperationError");
    assert.equal(await failure(subtle.deriveKey(algorithm, key, { name: "AES-GCM", length: 128 }, true, [])),
      "SyntaxError");
  });
});

describe("key agreement", () => {
  // RFC 7748 section 6.1.
  const prefix = "302e020100300506032b656e04220420";
  const alice = bytes(`${prefix}77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a`);
  const bob = bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");

  it("refuses keys of another type, algorithm or curve, and points of small order", async () => {
    const p256 = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, both);
    const p384 = await subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, false, both);
    const agree = (own, other, name = "ECDH") => subtle.deriveBits({ name, public: other }, own, 8);
    assert.equal(await failure(agree(p256.privateKey, p384.publicKey)), "InvalidAccessError");
    assert.equal(await failure(agree(p256.privateKey, p256.privateKey)), "InvalidAccessError");
    assert.equal(await failure(agree(p256.privateKey, undefined)), "TypeError");
    assert.equal(await failure(agree(p256.privateKey, {})), "TypeError");
    const own = await subtle.importKey("pkcs8", alice, "X25519", false, both);
    const zero = await subtle.importKey("raw", new Uint8Array(32), "X25519", false, []);
    assert.equal(await failure(agree(own, zero, "X25519")), "OperationError");
    assert.equal(await failure(agree(own, p256.publicKey, "X25519")), "InvalidAccessError");
  });
  it("does X25519, whole and in part", async () => {
    const own = await subtle.importKey("pkcs8", alice, "X25519", false, both);
    const algorithm = { name: "X25519", public: await subtle.importKey("raw", bob, "X25519", false, []) };
    const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    assert.equal(hex(await subtle.deriveBits(algorithm, own)), shared);
    assert.equal(hex(await subtle.deriveBits(algorithm, own, 12)), "4a50");
    assert.equal(await failure(subtle.deriveBits(algorithm, own, 264)), "OperationError");
    const key = await subtle.deriveKey(algorithm, own, { name: "AES-GCM", length: 128 }, true, ["encrypt"]);
    assert.equal(hex(await subtle.exportKey("raw", key)), shared.slice(0, 32));
  });
  it("does ECDH on all three curves", async () => {
    for (const [namedCurve, size] of [["P-256", 32], ["P-384", 48], ["P-521", 66]]) {
      const generate = () => subtle.generateKey({ name: "ECDH", namedCurve }, false, both);
      const [one, two] = await Promise.all([generate(), generate()]);
      const left = await subtle.deriveBits({ name: "ECDH", public: two.publicKey }, one.privateKey);
      const right = await subtle.deriveBits({ name: "ECDH", public: one.publicKey }, two.privateKey);
      assert.equal(hex(left), hex(right));
      assert.equal(left.byteLength, size);
    }
  });
});
