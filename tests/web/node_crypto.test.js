// node:crypto: digests, randomness, keys and certificates.
import { Buffer } from "node:buffer";
import crypto, { createHash, createHmac, createPublicKey, X509Certificate } from "node:crypto";
import { assert, ca, cert, describe, expect, it } from "edge-run:test";

const thrown = (call) => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
};

describe("node:crypto", () => {
  it("refuses digests that are not there, and a second digest()", () => {
    assert.equal(thrown(() => createHash("whirlpool")).code, "ERR_CRYPTO_INVALID_DIGEST");
    assert.equal(thrown(() => createHash(5)).code, "ERR_INVALID_ARG_TYPE");
    assert.equal(thrown(() => createHash("md5").update(5)).code, "ERR_INVALID_ARG_TYPE");
    const hash = createHash("sha256");
    hash.digest();
    assert.equal(thrown(() => hash.digest()).code, "ERR_CRYPTO_HASH_FINALIZED");
    assert.equal(thrown(() => hash.update("x")).code, "ERR_CRYPTO_HASH_FINALIZED");
  });
  it("says what to take instead of what is not there", () => {
    const error = thrown(() => crypto.createSign("sha256"));
    assert.equal(error.code, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
    assert.include(error.message, "crypto.subtle.sign()");
  });
  it("digests in pieces, in any encoding", () => {
    const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const hash = createHash("SHA256").update("a");
    const copy = hash.copy();
    assert.equal(hash.update(Buffer.from("bc")).digest("hex"), sha256);
    assert.equal(copy.update("YmM", "base64").digest("hex"), sha256);
    const base64url = Buffer.from(sha256, "hex").toString("base64url");
    assert.equal(createHash("sha-256").update("abc").digest("base64url"), base64url);
    assert.isTrue(Buffer.isBuffer(createHash("sha1").update("abc").digest()));
    assert.equal(crypto.hash("md5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
    assert.equal(createHash("sha224").update("abc").digest("hex"),
      "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  });
  it("makes message authentication codes", () => {
    const code = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const text = "what do ya want for nothing?";
    assert.equal(createHmac("sha256", "Jefe").update(text).digest("hex"), code);
    assert.equal(createHmac("sha256", crypto.createSecretKey("Jefe", "utf8")).update(text).digest("hex"), code);
    assert.equal(createHmac("sha256", "").update("").digest("hex"),
      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  });
  it("compares in constant time, and only what is of one length", () => {
    assert.equal(thrown(() => crypto.timingSafeEqual(Buffer.from("a"), Buffer.from("ab"))).code,
      "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH");
    assert.equal(thrown(() => crypto.timingSafeEqual("a", "a")).code, "ERR_INVALID_ARG_TYPE");
    assert.isTrue(crypto.timingSafeEqual(Buffer.from("ab"), new Uint8Array([97, 98])));
    assert.isFalse(crypto.timingSafeEqual(Buffer.from("ab"), Buffer.from("ac")));
  });
  it("is random", async () => {
    assert.equal(thrown(() => crypto.randomBytes(-1)).code, "ERR_OUT_OF_RANGE");
    assert.equal(thrown(() => crypto.randomInt(5, 5)).code, "ERR_OUT_OF_RANGE");
    assert.equal(thrown(() => crypto.randomFillSync("x")).code, "ERR_INVALID_ARG_TYPE");
    assert.notEqual(crypto.randomBytes(16).toString("hex"), crypto.randomBytes(16).toString("hex"));
    assert.equal((await new Promise((resolve) => crypto.randomBytes(8, (error, bytes) => resolve(bytes)))).length, 8);
    for (let i = 0; i < 100; i++) expect(crypto.randomInt(-2, 3)).to.be.within(-2, 2);
    const filled = crypto.randomFillSync(new Uint8Array(64), 32);
    assert.isTrue(filled.subarray(0, 32).every((byte) => byte === 0));
    assert.isTrue(filled.subarray(32).some((byte) => byte !== 0));
    assert.match(crypto.randomUUID(), /^[0-9a-f-]{36}$/);
    assert.equal(crypto.webcrypto, globalThis.crypto);
  });
});

describe("X509Certificate", () => {
  const authority = ca({ subject: { CN: "Root" } });
  const alice = cert({
    issuer: authority, subject: { C: "DE", O: "a, b", CN: "alice" }, eku: ["clientAuth", "serverAuth"], serial: "1F",
    san: {
      dns: ["alice.example", "*.alice.example"], ip: ["127.0.0.1"], uri: ["spiffe://x/y"], email: ["a@b.example"],
    },
    notBefore: "2024-01-01T00:00:00Z", notAfter: "2039-11-01T17:00:00Z",
  });
  const read = new X509Certificate(alice.pem);

  it("refuses what is no certificate", () => {
    for (const bytes of ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", Buffer.alloc(10)]) {
      assert.equal(thrown(() => new X509Certificate(bytes)).name, "DataError");
    }
    assert.equal(thrown(() => new X509Certificate(Buffer.concat([Buffer.from(alice.der), Buffer.alloc(1)]))).name,
      "DataError");
    assert.equal(thrown(() => new X509Certificate(5)).code, "ERR_INVALID_ARG_TYPE");
  });
  it("has Node.js's texts", () => {
    assert.equal(read.subject, "C=DE\nO=a\\, b\nCN=alice");
    assert.equal(read.issuer, "CN=Root");
    assert.equal(read.validFrom, "Jan  1 00:00:00 2024 GMT");
    assert.equal(read.validTo, "Nov  1 17:00:00 2039 GMT");
    assert.equal(read.validToDate.toISOString(), "2039-11-01T17:00:00.000Z");
    assert.equal(read.serialNumber, "1F");
    assert.sameMembers(read.subjectAltName.split(", "), [
      "DNS:alice.example", "DNS:*.alice.example", "IP Address:127.0.0.1", "URI:spiffe://x/y", "email:a@b.example",
    ]);
    assert.sameMembers(read.keyUsage, ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"]);
    assert.isFalse(read.ca);
    assert.equal(read.fingerprint256.replaceAll(":", "").toLowerCase(), alice.sha256.toLowerCase());
    assert.equal(read.toString(), new X509Certificate(Buffer.from(alice.der)).toString());
    assert.equal(Buffer.compare(read.raw, Buffer.from(alice.der)), 0);
  });
  it("quotes a name that could be read as two", () => {
    const sly = new X509Certificate(cert({ san: { uri: ["http://a/, DNS:admin.example"] } }).pem);
    assert.equal(sly.subjectAltName, 'URI:"http://a/, DNS:admin.example"');
  });
  it("is for its own names only", () => {
    assert.equal(read.checkHost("alice.example"), "alice.example");
    assert.equal(read.checkHost("www.alice.example"), "www.alice.example");
    assert.isUndefined(read.checkHost("bob.example"));
    assert.isUndefined(read.checkHost("alice.example\0.bob.example"));
    assert.equal(read.checkIP("127.0.0.1"), "127.0.0.1");
    assert.isUndefined(read.checkIP("127.0.0.2"));
    assert.isUndefined(read.checkEmail("b@b.example"));
  });
  it("was signed by its issuer's key, and by no other", () => {
    const root = new X509Certificate(authority.pem);
    const other = new X509Certificate(ca({ subject: { CN: "Root" } }).pem);
    assert.isTrue(root.ca);
    assert.isTrue(read.verify(root.publicKey));
    assert.isFalse(read.verify(other.publicKey));
    assert.isTrue(read.checkIssued(root));
    assert.isFalse(read.checkIssued(read));
    assert.isTrue(read.checkPrivateKey(crypto.createPrivateKey(alice.keyPem)));
    assert.isFalse(root.checkPrivateKey(crypto.createPrivateKey(alice.keyPem)));
  });
  it("has the public key that createPublicKey reads", () => {
    const key = createPublicKey(alice.keyPem);
    assert.isTrue(read.publicKey.equals(key));
    assert.isTrue(createPublicKey(alice.pem).equals(key));
    assert.isTrue(createPublicKey(key.export({ type: "spki", format: "pem" })).equals(key));
    assert.equal(key.asymmetricKeyType, "ec");
    assert.deepEqual(key.asymmetricKeyDetails, { namedCurve: "prime256v1" });
    assert.isFalse(createPublicKey(cert().pem).equals(key));
    const rsa = createPublicKey(cert({ key: "rsa" }).pem);
    assert.equal(rsa.asymmetricKeyType, "rsa");
    assert.equal(rsa.asymmetricKeyDetails.publicExponent, 65537n);
    assert.equal(thrown(() => createPublicKey("x")).code, "ERR_OSSL_UNSUPPORTED");
    assert.equal(thrown(() => crypto.createPrivateKey(alice.pem)).code, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
  });
});
