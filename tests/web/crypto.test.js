// crypto: randomness, digests, HMAC, and refusals by name.
import { assert, describe, expect, it } from "edge-run:test";

const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("the promise was not rejected");
}
const key = (usages = ["sign", "verify"], extractable = true) =>
  crypto.subtle.importKey("raw", bytes("key"), { name: "HMAC", hash: "SHA-256" }, extractable, usages);

describe("crypto", () => {
  it("fills no floats and no more than 64 KiB", () => {
    expect(() => crypto.getRandomValues(new Float32Array(1))).to.throw(DOMException).with.property("name",
      "TypeMismatchError");
    expect(() => crypto.getRandomValues(new Uint8Array(65_537))).to.throw(DOMException).with.property("name",
      "QuotaExceededError");
  });
  it("fills arrays of integers", () => {
    const array = new Uint32Array(8);
    assert.equal(crypto.getRandomValues(array), array);
    assert.isTrue(array.some((value) => value !== 0));
  });
  it("makes UUIDs of version 4", () => {
    assert.match(crypto.randomUUID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("crypto.subtle", () => {
  it("refuses what is not there with a NotSupportedError that names it", async () => {
    const refusals = [
      [crypto.subtle.digest("SHA3-256", bytes("")), "SHA3-256"],
      [crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]), "ECDSA"],
      [crypto.subtle.encrypt({ name: "AES-GCM", iv: bytes("") }, null, bytes("")), "AES-GCM"],
      [crypto.subtle.importKey("raw", bytes("x"), { name: "AES-CBC" }, false, ["encrypt"]), "AES-CBC"],
      [crypto.subtle.importKey("jwk", {}, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]), "jwk"],
      [crypto.subtle.deriveBits({ name: "PBKDF2" }, null, 8), "PBKDF2"],
    ];
    for (const [promise, name] of refusals) {
      const error = await failure(promise);
      assert.equal(error.name, "NotSupportedError");
      assert.include(error.message, name);
    }
  });
  it("refuses a key that does not permit it", async () => {
    assert.equal((await failure(crypto.subtle.sign("HMAC", await key(["verify"]), bytes("x")))).name,
      "InvalidAccessError");
    assert.equal((await failure(crypto.subtle.exportKey("raw", await key(["sign"], false)))).name,
      "InvalidAccessError");
    assert.equal((await failure(key([]))).name, "SyntaxError");
    assert.equal((await failure(key(["encrypt"]))).name, "SyntaxError");
  });
  it("digests", async () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert.equal(hex(await crypto.subtle.digest("SHA-256", bytes(""))), empty);
    assert.equal(hex(await crypto.subtle.digest({ name: "sha-1" }, bytes("abc"))),
      "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert.equal(hex(await crypto.subtle.digest("MD5", bytes(""))), "d41d8cd98f00b204e9800998ecf8427e");
    assert.equal((await crypto.subtle.digest("SHA-512", bytes(""))).byteLength, 64);
  });
  it("signs and verifies with HMAC", async () => {
    const signature = await crypto.subtle.sign("HMAC", await key(),
      bytes("The quick brown fox jumps over the lazy dog"));
    assert.equal(hex(signature), "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    assert.isFalse(await crypto.subtle.verify("HMAC", await key(), signature, bytes("another")));
    assert.isFalse(await crypto.subtle.verify("HMAC", await key(), signature.slice(1), bytes("x")));
    const text = bytes("The quick brown fox jumps over the lazy dog");
    assert.isTrue(await crypto.subtle.verify({ name: "HMAC" }, await key(), signature, text));
  });
  it("exports the secret of an extractable key", async () => {
    assert.equal(hex(await crypto.subtle.exportKey("raw", await key())), hex(bytes("key")));
    assert.deepEqual((await key()).algorithm, { name: "HMAC", length: 24, hash: { name: "SHA-256" } });
  });
  it("compares in constant time, and only what is of one length", () => {
    expect(() => crypto.subtle.timingSafeEqual(bytes("a"), bytes("ab"))).to.throw(TypeError, "same byte length");
    assert.isTrue(crypto.subtle.timingSafeEqual(bytes("ab"), bytes("ab").buffer));
    assert.isFalse(crypto.subtle.timingSafeEqual(bytes("ab"), bytes("ac")));
  });
});
