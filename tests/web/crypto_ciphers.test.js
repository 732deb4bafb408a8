// crypto.subtle: encryption and wrapping: vectors of NIST SP 800-38A, the GCM specification, RFC 3394 and RFC 7253.
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
const everything = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const aes = (name, key = "2b7e151628aed2a6abf7158809cf4f3c", usages = everything) =>
  subtle.importKey("raw", bytes(key), name, true, usages);
const oaepPair = () => subtle.generateKey(
  { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true,
  everything,
);

describe("crypto.subtle.encrypt", () => {
  it("refuses a key of another algorithm, and one whose usages do not permit it", async () => {
    const iv = new Uint8Array(16);
    const other = await aes("AES-GCM");
    assert.equal(await failure(subtle.encrypt({ name: "AES-CBC", iv }, other, iv)), "InvalidAccessError");
    const decrypting = await aes("AES-CBC", undefined, ["decrypt"]);
    assert.equal(await failure(subtle.encrypt({ name: "AES-CBC", iv }, decrypting, iv)), "InvalidAccessError");
    assert.equal(await failure(subtle.encrypt({ name: "AES-CBC", iv }, {}, iv)), "TypeError");
    assert.equal(await failure(subtle.encrypt({ name: "AES-KW" }, await aes("AES-KW", undefined, ["wrapKey"]), iv)),
      "NotSupportedError");
  });
  it("refuses parameters that the algorithm cannot have", async () => {
    const iv = new Uint8Array(15);
    const counter = new Uint8Array(16);
    assert.equal(await failure(subtle.encrypt({ name: "AES-CBC" }, await aes("AES-CBC"), iv)), "TypeError");
    assert.equal(await failure(subtle.encrypt({ name: "AES-CBC", iv }, await aes("AES-CBC"), iv)), "OperationError");
    const gcm = await aes("AES-GCM");
    assert.equal(await failure(subtle.encrypt({ name: "AES-GCM", iv, tagLength: 33 }, gcm, iv)), "OperationError");
    assert.equal(await failure(subtle.encrypt({ name: "AES-GCM", iv, tagLength: 256 }, gcm, iv)), "TypeError");
    const ctr = await aes("AES-CTR");
    assert.equal(await failure(subtle.encrypt({ name: "AES-CTR", counter, length: 0 }, ctr, iv)), "OperationError");
    assert.equal(await failure(subtle.encrypt({ name: "AES-CTR", counter, length: 1 }, ctr, new Uint8Array(33))),
      "OperationError");
  });
  it("does AES-CBC", async () => {
    const algorithm = { name: "AES-CBC", iv: bytes("000102030405060708090a0b0c0d0e0f") };
    const plain = bytes("6bc1bee22e409f96e93d7e117393172a");
    const encrypted = await subtle.encrypt(algorithm, await aes("AES-CBC"), plain);
    assert.equal(hex(encrypted).slice(0, 32), "7649abac8119b246cee98e9b12e9197d");
    assert.equal(hex(await subtle.decrypt(algorithm, await aes("AES-CBC"), encrypted)), hex(plain));
    assert.equal(await failure(subtle.decrypt(algorithm, await aes("AES-CBC"), encrypted.slice(1))), "OperationError");
  });
  it("does AES-CTR, and its counter never carries into the nonce", async () => {
    const counter = bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    const plain = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    const key = await aes("AES-CTR");
    const wide = hex(await subtle.encrypt({ name: "AES-CTR", counter, length: 128 }, key, plain));
    assert.equal(wide, "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff");
    // The last four bits wrap after the first block.
    const narrow = hex(await subtle.encrypt({ name: "AES-CTR", counter, length: 4 }, key, plain));
    const second = { name: "AES-CTR", counter: bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfef0"), length: 4 };
    assert.equal(narrow, wide.slice(0, 32) + hex(await subtle.encrypt(second, key, plain.slice(16))));
  });
  it("does AES-GCM, and decrypts nothing that was changed", async () => {
    const key = await aes("AES-GCM", "feffe9928665731c6d6a8f9467308308");
    const algorithm = {
      name: "AES-GCM", iv: bytes("cafebabefacedbaddecaf888"),
      additionalData: bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    };
    const plain = bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    const encrypted = await subtle.encrypt(algorithm, key, plain);
    assert.equal(hex(encrypted), "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" +
      "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47");
    assert.equal(hex(await subtle.decrypt(algorithm, key, encrypted)), hex(plain));
    new Uint8Array(encrypted)[0] ^= 1;
    assert.equal(await failure(subtle.decrypt(algorithm, key, encrypted)), "OperationError");
    assert.equal(await failure(subtle.decrypt(algorithm, key, new Uint8Array(15))), "OperationError");
  });
  it("does ChaCha20-Poly1305 and AES-OCB, with the tags that they have", async () => {
    const key = await subtle.generateKey("ChaCha20-Poly1305", false, ["encrypt", "decrypt"]);
    const algorithm = { name: "ChaCha20-Poly1305", iv: new Uint8Array(12), additionalData: text("x") };
    assert.equal(await failure(subtle.encrypt({ ...algorithm, tagLength: 64 }, key, text("x"))), "OperationError");
    const encrypted = await subtle.encrypt(algorithm, key, text("secret"));
    const other = { ...algorithm, additionalData: text("y") };
    assert.equal(await failure(subtle.decrypt(other, key, encrypted)), "OperationError");
    assert.equal(hex(await subtle.decrypt(algorithm, key, encrypted)), hex(text("secret")));
    // RFC 7253, appendix A.
    const ocb = await aes("AES-OCB", "000102030405060708090a0b0c0d0e0f");
    const parameters = {
      name: "AES-OCB", iv: bytes("bbaa99887766554433221101"), additionalData: bytes("0001020304050607"),
    };
    const sealed = await subtle.encrypt(parameters, ocb, bytes("0001020304050607"));
    assert.equal(hex(sealed), "6820b3657b6f615a5725bda0d3b4eb3a257c9af1f8f03009");
    assert.equal(hex(await subtle.decrypt(parameters, ocb, sealed)), "0001020304050607");
  });
  it("does RSA-OAEP with a label", async () => {
    const { publicKey, privateKey } = await oaepPair();
    const label = text("label");
    const encrypted = await subtle.encrypt({ name: "RSA-OAEP", label }, publicKey, text("secret"));
    assert.equal(await failure(subtle.decrypt("RSA-OAEP", privateKey, encrypted)), "OperationError");
    assert.equal(await failure(subtle.encrypt("RSA-OAEP", publicKey, new Uint8Array(191))), "OperationError");
    assert.equal(hex(await subtle.decrypt({ name: "RSA-OAEP", label }, privateKey, encrypted)), hex(text("secret")));
  });
});

describe("crypto.subtle.wrapKey", () => {
  it("refuses a key that is not extractable, and bytes that AES-KW cannot wrap", async () => {
    const wrapping = await aes("AES-KW", undefined, ["wrapKey", "unwrapKey"]);
    const closed = await subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt"]);
    assert.equal(await failure(subtle.wrapKey("raw", closed, wrapping, "AES-KW")), "InvalidAccessError");
    const odd = await subtle.importKey("raw", new Uint8Array(15), { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    assert.equal(await failure(subtle.wrapKey("raw", odd, wrapping, "AES-KW")), "OperationError");
  });
  it("does AES-KW", async () => {
    const wrapping = await aes("AES-KW", "000102030405060708090a0b0c0d0e0f", ["wrapKey", "unwrapKey"]);
    const key = await aes("AES-CBC", "00112233445566778899aabbccddeeff");
    const wrapped = await subtle.wrapKey("raw", key, wrapping, "AES-KW");
    assert.equal(hex(wrapped), "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    const unwrapped = await subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", "AES-CBC", true, ["encrypt"]);
    assert.equal(hex(await subtle.exportKey("raw", unwrapped)), "00112233445566778899aabbccddeeff");
    new Uint8Array(wrapped)[0] ^= 1;
    const broken = subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", "AES-CBC", true, ["encrypt"]);
    assert.equal(await failure(broken), "OperationError");
  });
  it("wraps a JSON Web Key in any encryption", async () => {
    const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
    const wrapping = await aes("AES-GCM");
    const { privateKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    const wrapped = await subtle.wrapKey("jwk", privateKey, wrapping, algorithm);
    const target = { name: "ECDSA", namedCurve: "P-256" };
    const unwrapped = await subtle.unwrapKey("jwk", wrapped, wrapping, algorithm, target, true, ["sign"]);
    assert.deepEqual(await subtle.exportKey("jwk", unwrapped), await subtle.exportKey("jwk", privateKey));
    const nonsense = await subtle.encrypt(algorithm, wrapping, text("{}"));
    assert.equal(await failure(subtle.unwrapKey("jwk", nonsense, wrapping, algorithm, target, true, ["sign"])),
      "DataError");
  });
});
