// crypto.subtle: keys, how they are read and written, and what scripts may do with them.
import { assert, describe, it } from "edge-run:test";

const { subtle } = crypto;
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error.name;
  }
  return assert.fail("the promise was not rejected");
}
const hmac = { name: "HMAC", hash: "SHA-256" };
const p256 = { name: "ECDSA", namedCurve: "P-256" };
const octets = { kty: "oct", k: "AAECAwQFBgcICQoLDA0ODw" };

describe("a key", () => {
  it("cannot be made by a script", () => {
    assert.throws(() => new CryptoKey(), TypeError, "Illegal constructor");
    assert.throws(() => CryptoKey.prototype.type, TypeError);
  });
  it("is not changed by what a script does to its description", async () => {
    const key = await subtle.importKey("jwk", octets, "AES-GCM", false, ["encrypt"]);
    assert.equal(key.algorithm, key.algorithm);
    key.algorithm.name = "AES-CBC";
    key.usages.push("decrypt");
    const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
    await subtle.encrypt(algorithm, key, new Uint8Array());
    assert.equal(await failure(subtle.decrypt(algorithm, key, new Uint8Array(16))), "InvalidAccessError");
    assert.equal(await failure(subtle.exportKey("raw", key)), "InvalidAccessError");
  });
  it("can be cloned, and opens nothing by it", async () => {
    const key = await subtle.importKey("jwk", octets, "AES-GCM", false, ["encrypt"]);
    const { copy } = structuredClone({ copy: key });
    assert.notEqual(copy, key);
    assert.instanceOf(copy, CryptoKey);
    assert.deepEqual(copy.algorithm, key.algorithm);
    assert.equal(await failure(subtle.exportKey("raw", copy)), "InvalidAccessError");
    const encrypted = (one) => subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, one, new Uint8Array(9));
    assert.equal(hex(await encrypted(copy)), hex(await encrypted(key)));
  });
  it("needs a usage, and one that its algorithm has", async () => {
    assert.equal(await failure(subtle.generateKey({ name: "AES-GCM", length: 128 }, true, [])), "SyntaxError");
    assert.equal(await failure(subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["sign"])), "SyntaxError");
    assert.equal(await failure(subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["see"])), "TypeError");
    assert.equal(await failure(subtle.generateKey(p256, true, ["verify"])), "SyntaxError");
    assert.equal(await failure(subtle.importKey("jwk", octets, "AES-GCM", true, [])), "SyntaxError");
  });
  it("of an algorithm that is not there is refused by name", async () => {
    for (const name of ["AES-CFB", "DSA", "AES-\u212aW"]) {
      assert.equal(await failure(subtle.generateKey({ name, length: 128 }, true, ["encrypt"])), "NotSupportedError");
    }
    const other = { ...p256, namedCurve: "K-256" };
    assert.equal(await failure(subtle.generateKey(other, true, ["sign"])), "NotSupportedError");
  });
  it("has its usages once, in the specification's order", async () => {
    const key = await subtle.importKey("jwk", octets, hmac, true, ["verify", "sign", "verify"]);
    assert.deepEqual(key.usages, ["sign", "verify"]);
    assert.deepEqual(key.algorithm, { name: "HMAC", length: 128, hash: { name: "SHA-256" } });
  });
});

describe("importKey", () => {
  it("refuses data that are not of the format", async () => {
    assert.equal(await failure(subtle.importKey("raw", octets, hmac, true, ["sign"])), "TypeError");
    assert.equal(await failure(subtle.importKey("jwk", new Uint8Array(1), hmac, true, ["sign"])), "TypeError");
    assert.equal(await failure(subtle.importKey("pem", new Uint8Array(1), hmac, true, ["sign"])), "TypeError");
    assert.equal(await failure(subtle.importKey("spki", new Uint8Array(1), hmac, true, ["sign"])), "NotSupportedError");
    assert.equal(await failure(subtle.importKey("spki", new Uint8Array(1), p256, true, ["verify"])), "DataError");
    assert.equal(await failure(subtle.importKey("pkcs8", new Uint8Array(1), p256, true, ["sign"])), "DataError");
  });
  it("refuses JSON Web Keys that say something else than the script", async () => {
    const wrong = [
      { kty: "RSA" }, { k: undefined }, { k: "AA==" }, { k: "AA AA" }, { use: "enc" }, { key_ops: ["verify"] },
      { key_ops: ["sign", "sign"] }, { ext: false }, { alg: "HS512" },
    ];
    for (const members of wrong) {
      assert.equal(await failure(subtle.importKey("jwk", { ...octets, ...members }, hmac, true, ["sign"])), "DataError",
        JSON.stringify(members));
    }
  });
  it("refuses secrets of a wrong length", async () => {
    assert.equal(await failure(subtle.importKey("raw", new Uint8Array(15), "AES-GCM", true, ["encrypt"])), "DataError");
    assert.equal(await failure(subtle.importKey("raw", new Uint8Array(), hmac, true, ["sign"])), "DataError");
    assert.equal(await failure(subtle.importKey("raw", new Uint8Array(2), { ...hmac, length: 17 }, true, ["sign"])),
      "DataError");
    const short = await subtle.importKey("raw", bytes("ffff"), { ...hmac, length: 11 }, true, ["sign"]);
    assert.equal(hex(await subtle.exportKey("raw", short)), "ffe0");
  });
  it("refuses points that are not on the curve, and keys of another curve", async () => {
    const off = new Uint8Array(65).fill(1);
    off[0] = 4;
    assert.equal(await failure(subtle.importKey("raw", off, p256, true, ["verify"])), "DataError");
    const { publicKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]);
    for (const format of ["raw", "spki", "jwk"]) {
      const data = await subtle.exportKey(format, publicKey);
      assert.equal(await failure(subtle.importKey(format, data, p256, true, ["verify"])), "DataError");
    }
  });
  it("refuses private keys whose parts do not belong together", async () => {
    const [one, two] = await Promise.all([0, 1].map(async () => {
      const { privateKey } = await subtle.generateKey(p256, true, ["sign"]);
      return subtle.exportKey("jwk", privateKey);
    }));
    assert.equal(await failure(subtle.importKey("jwk", { ...one, d: two.d }, p256, true, ["sign"])), "DataError");
    const pair = await subtle.generateKey(
      { name: "RSA-PSS", hash: "SHA-256", modulusLength: 1024, publicExponent: new Uint8Array([3]) }, true, ["sign"],
    );
    const rsa = await subtle.exportKey("jwk", pair.privateKey);
    const algorithm = { name: "RSA-PSS", hash: "SHA-256" };
    assert.equal(await failure(subtle.importKey("jwk", { ...rsa, p: rsa.q }, algorithm, true, ["sign"])), "DataError");
    const part = { ...rsa, p: undefined };
    assert.equal(await failure(subtle.importKey("jwk", part, algorithm, true, ["sign"])), "DataError");
    assert.equal(await failure(subtle.importKey("jwk", { ...rsa, oth: [{}] }, algorithm, true, ["sign"])),
      "NotSupportedError");
    const { p, q, dp, dq, qi, ...bare } = rsa;
    assert.equal(await failure(subtle.importKey("jwk", bare, algorithm, true, ["sign"])), "NotSupportedError");
    await subtle.importKey("jwk", rsa, algorithm, true, ["sign"]);
  });
});

describe("exportKey", () => {
  const pairs = [
    [p256, ["sign", "verify"]],
    [{ name: "ECDH", namedCurve: "P-521" }, ["deriveBits"]],
    [{ name: "Ed25519" }, ["sign", "verify"]],
    [{ name: "X25519" }, ["deriveBits"]],
    [{ name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-1" },
      ["encrypt", "decrypt"]],
  ];
  it("refuses the form of another type of key", async () => {
    const { publicKey, privateKey } = await subtle.generateKey(p256, true, ["sign", "verify"]);
    assert.equal(await failure(subtle.exportKey("pkcs8", publicKey)), "InvalidAccessError");
    assert.equal(await failure(subtle.exportKey("spki", privateKey)), "InvalidAccessError");
    assert.equal(await failure(subtle.exportKey("raw", privateKey)), "InvalidAccessError");
  });
  it("writes what importKey reads", async () => {
    for (const [algorithm, usages] of pairs) {
      const { publicKey, privateKey } = await subtle.generateKey(algorithm, true, usages);
      const forms = [["spki", publicKey], ["jwk", publicKey], ["pkcs8", privateKey], ["jwk", privateKey]];
      for (const [format, key] of forms) {
        const data = await subtle.exportKey(format, key);
        const again = await subtle.exportKey(format, await subtle.importKey(format, data, algorithm, true, key.usages));
        if (format === "jwk") assert.deepEqual(again, data);
        else assert.equal(hex(again), hex(data));
      }
    }
  });
  it("names key and use in a JSON Web Key", async () => {
    const key = await subtle.importKey("jwk", octets, "AES-GCM", true, ["encrypt"]);
    const jwk = { ...octets, alg: "A128GCM", ext: true, key_ops: ["encrypt"] };
    assert.deepEqual(await subtle.exportKey("jwk", key), jwk);
  });
});

describe("getPublicKey", () => {
  it("refuses keys that have none", async () => {
    const { publicKey } = await subtle.generateKey(p256, true, ["sign", "verify"]);
    assert.equal(await failure(subtle.getPublicKey(publicKey, [])), "InvalidAccessError");
    const secret = await subtle.importKey("jwk", octets, hmac, true, ["sign"]);
    assert.equal(await failure(subtle.getPublicKey(secret, [])), "NotSupportedError");
  });
  it("gives the public key of a private one", async () => {
    const { publicKey, privateKey } = await subtle.generateKey(p256, false, ["sign", "verify"]);
    const found = await subtle.getPublicKey(privateKey, ["verify"]);
    assert.equal(hex(await subtle.exportKey("raw", found)), hex(await subtle.exportKey("raw", publicKey)));
  });
});

describe("SubtleCrypto.supports", () => {
  it("says what would be refused for its algorithm", () => {
    assert.isFalse(SubtleCrypto.supports("generateKey", { name: "AES-GCM", length: 100 }));
    assert.isFalse(SubtleCrypto.supports("generateKey", "DSA"));
    assert.isFalse(SubtleCrypto.supports("dance", "AES-GCM"));
    assert.isTrue(SubtleCrypto.supports("generateKey", { name: "AES-GCM", length: 256 }));
    assert.isTrue(SubtleCrypto.supports("digest", "SHA-256"));
  });
});
