// crypto: randomness, digests and comparison.
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

describe("crypto.subtle.digest", () => {
  it("refuses what is no digest, and what has no name", async () => {
    for (const name of ["AES-GCM", "SHA-224", "SHA", "\u017fHA-1"]) {
      const error = await failure(crypto.subtle.digest(name, bytes("")));
      assert.equal(error.name, "NotSupportedError");
      assert.include(error.message, name);
    }
    assert.instanceOf(await failure(crypto.subtle.digest({}, bytes(""))), TypeError);
    assert.instanceOf(await failure(crypto.subtle.digest("SHA-256", "text")), TypeError);
    assert.instanceOf(await failure(crypto.subtle.digest.call({}, "SHA-256", bytes(""))), TypeError);
  });
  it("knows SHA-1, SHA-2, SHA-3 and MD5, in any spelling", async () => {
    const digests = {
      "sha-1": "a9993e364706816aba3e25717850c26c9cd0d89d",
      "SHA-256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "SHA3-256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
      Md5: "900150983cd24fb0d6963f7d28e17f72",
    };
    for (const name of Object.keys(digests)) {
      assert.equal(hex(await crypto.subtle.digest(name, bytes("abc"))), digests[name]);
      assert.equal(hex(await crypto.subtle.digest({ name }, bytes("abc").buffer)), digests[name]);
    }
    for (const [name, size] of [["SHA-384", 48], ["SHA-512", 64], ["SHA3-384", 48], ["SHA3-512", 64]]) {
      assert.equal((await crypto.subtle.digest(name, bytes(""))).byteLength, size);
    }
  });
  it("digests what the bytes were when it was called, on a thread too", async () => {
    const large = new Uint8Array(1_000_000);
    const before = await crypto.subtle.digest("SHA-256", large);
    assert.equal(hex(before), "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025");
    const running = crypto.subtle.digest("SHA-256", large);
    large.fill(1);
    assert.equal(hex(await running), hex(before));
  });
});

describe("crypto.subtle.timingSafeEqual", () => {
  it("refuses buffers of different lengths", () => {
    expect(() => crypto.subtle.timingSafeEqual(bytes("a"), bytes("ab"))).to.throw(TypeError, "same byte length");
    expect(() => crypto.subtle.timingSafeEqual("a", "a")).to.throw(TypeError);
  });
  it("compares", () => {
    assert.isTrue(crypto.subtle.timingSafeEqual(bytes("ab"), bytes("ab").buffer));
    assert.isFalse(crypto.subtle.timingSafeEqual(bytes("ab"), bytes("ac")));
  });
});

describe("crypto.DigestStream", () => {
  it("refuses an algorithm that is no digest, and chunks that are no bytes", async () => {
    expect(() => new crypto.DigestStream("AES-GCM")).to.throw(DOMException).with.property("name", "NotSupportedError");
    const stream = new crypto.DigestStream("SHA-256");
    assert.instanceOf(await failure(stream.getWriter().write(5)), TypeError);
  });
  it("has no digest when it is aborted", async () => {
    const stream = new crypto.DigestStream("SHA-256");
    await stream.abort(new Error("no more"));
    assert.equal((await failure(stream.digest)).message, "no more");
  });
  it("digests what is piped to it, and counts it", async () => {
    const stream = new crypto.DigestStream("MD5");
    await new Response("abc").body.pipeTo(stream);
    assert.equal(hex(await stream.digest), "900150983cd24fb0d6963f7d28e17f72");
    assert.equal(stream.bytesWritten, 3n);
    assert.instanceOf(stream, WritableStream);
  });
});
