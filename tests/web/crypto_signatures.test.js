// crypto.subtle: signatures, with vectors of RFC 4231, RFC 6979, RFC 7515 and RFC 8032.
import { assert, describe, it } from "edge-run:test";

const { subtle } = crypto;
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const text = (string) => new TextEncoder().encode(string);
const base64url = (string) =>
  Uint8Array.from(atob(string.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error.name;
  }
  return assert.fail("the promise was not rejected");
}

describe("HMAC", () => {
  const key = (usages = ["sign", "verify"], hash = "SHA-256") =>
    subtle.importKey("raw", text("Jefe"), { name: "HMAC", hash }, true, usages);
  const data = text("what do ya want for nothing?");

  it("refuses what the key's usages do not permit", async () => {
    assert.equal(await failure(subtle.sign("HMAC", await key(["verify"]), data)), "InvalidAccessError");
    assert.equal(await failure(subtle.verify("HMAC", await key(["sign"]), data, data)), "InvalidAccessError");
    assert.equal(await failure(subtle.sign("ECDSA", await key(), data)), "TypeError");
    assert.equal(await failure(key(undefined, "MD5")), "NotSupportedError");
  });
  it("is false for another text and for a part of the signature", async () => {
    const signature = await subtle.sign("HMAC", await key(), data);
    assert.isFalse(await subtle.verify("HMAC", await key(), signature, text("another")));
    assert.isFalse(await subtle.verify("HMAC", await key(), signature.slice(1), data));
    assert.isFalse(await subtle.verify("HMAC", await key(), new Uint8Array(), data));
  });
  it("signs and verifies", async () => {
    const signature = await subtle.sign("HMAC", await key(), data);
    assert.equal(hex(signature), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert.isTrue(await subtle.verify({ name: "hmac" }, await key(), signature, data));
    assert.equal((await subtle.sign("HMAC", await key(undefined, "SHA3-512"), data)).byteLength, 64);
  });
});

describe("ECDSA", () => {
  // RFC 6979 section A.2.5, with SHA-256 and the message "sample".
  const point = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
  const signature = bytes("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  const algorithm = { name: "ECDSA", hash: "SHA-256" };

  it("is false for whatever is no signature", async () => {
    const key = await subtle.importKey("raw", bytes(point), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    for (const other of [signature.slice(1), new Uint8Array(64), new Uint8Array(64).fill(255), new Uint8Array()]) {
      assert.isFalse(await subtle.verify(algorithm, key, other, text("sample")));
    }
    assert.isFalse(await subtle.verify(algorithm, key, signature, text("other")));
    assert.isTrue(await subtle.verify(algorithm, key, signature, text("sample")));
  });
  it("signs on all three curves, with two numbers of the curve's size", async () => {
    for (const [namedCurve, size] of [["P-256", 64], ["P-384", 96], ["P-521", 132]]) {
      const usages = ["sign", "verify"];
      const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDSA", namedCurve }, false, usages);
      const made = await subtle.sign({ name: "ECDSA", hash: "SHA-384" }, privateKey, text("x"));
      assert.equal(made.byteLength, size);
      assert.isTrue(await subtle.verify({ name: "ECDSA", hash: "SHA-384" }, publicKey, made, text("x")));
      assert.isFalse(await subtle.verify(algorithm, publicKey, made, text("x")));
      assert.equal(await failure(subtle.sign(algorithm, publicKey, text("x"))), "InvalidAccessError");
    }
  });
});

describe("Ed25519", () => {
  it("is false for a key or signature of small order, which would be right for many texts", async () => {
    const identity = bytes("01".padEnd(64, "0"));
    const key = await subtle.importKey("raw", identity, "Ed25519", false, ["verify"]);
    assert.isFalse(await subtle.verify("Ed25519", key, bytes("01".padEnd(128, "0")), text("x")));
  });
  it("signs and verifies RFC 8032's first test", async () => {
    const pkcs8 = bytes("302e020100300506032b657004220420" +
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const privateKey = await subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
    const raw = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const publicKey = await subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    const signature = await subtle.sign("Ed25519", privateKey, new Uint8Array());
    assert.equal(hex(signature), "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assert.isFalse(await subtle.verify("Ed25519", publicKey, signature, text("x")));
    assert.isTrue(await subtle.verify("Ed25519", publicKey, signature, new Uint8Array()));
  });
});

describe("RSA", () => {
  // RFC 7515 section A.2.
  const jwk = {
    kty: "RSA", e: "AQAB",
    n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql" +
      "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs" +
      "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud" +
      "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
  };
  const input = text(
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9" +
    "pc19yb290Ijp0cnVlfQ",
  );
  const signature = base64url(
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG" +
    "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K" +
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6" +
    "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
  );
  const rs256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

  it("verifies a JSON Web Signature, and nothing that differs from it", async () => {
    const key = await subtle.importKey("jwk", jwk, rs256, false, ["verify"]);
    assert.isFalse(await subtle.verify(rs256, key, signature.slice(1), input));
    assert.isFalse(await subtle.verify(rs256, key, signature, input.slice(1)));
    assert.isTrue(await subtle.verify(rs256, key, signature, input));
    const pss = await subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-256" }, false, ["verify"]);
    assert.isFalse(await subtle.verify({ name: "RSA-PSS", saltLength: 32 }, pss, signature, input));
  });
  it("refuses exponents and sizes that no key should have", async () => {
    const generate = (modulusLength, ...publicExponent) => subtle.generateKey(
      { ...rs256, modulusLength, publicExponent: new Uint8Array(publicExponent) }, false, ["sign"],
    );
    for (const promise of [generate(2048, 1), generate(2048, 2), generate(256, 3), generate(1_000_000, 3)]) {
      assert.equal(await failure(promise), "OperationError");
    }
  });
  it("signs with salt", async () => {
    const { publicKey, privateKey } = await subtle.generateKey(
      { name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-512" }, false,
      ["sign", "verify"],
    );
    assert.deepEqual(publicKey.algorithm, {
      name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: { name: "SHA-512" },
    });
    assert.equal(await failure(subtle.sign({ name: "RSA-PSS", saltLength: 500 }, privateKey, input)), "OperationError");
    const made = await subtle.sign({ name: "RSA-PSS", saltLength: 20 }, privateKey, input);
    assert.isFalse(await subtle.verify({ name: "RSA-PSS", saltLength: 21 }, publicKey, made, input));
    assert.isTrue(await subtle.verify({ name: "RSA-PSS", saltLength: 20 }, publicKey, made, input));
  });
});
