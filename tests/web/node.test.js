// node:buffer, node:events, node:assert and node:util: libraries that people know, and what is ours around them.
import nodeAssert from "node:assert";
import strict from "node:assert/strict";
import { Buffer, isAscii, isUtf8, transcode } from "node:buffer";
import { EventEmitter, errorMonitor, getEventListeners, on, once } from "node:events";
import util, { callbackify, format, inherits, inspect, isDeepStrictEqual, promisify, types } from "node:util";
import { assert, describe, expect, it } from "edge-run:test";

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("the promise was not rejected");
}

describe("node:buffer", () => {
  it("refuses encodings that are none", () => {
    expect(() => Buffer.from("x", "base65")).to.throw(TypeError, "base65");
    assert.isFalse(Buffer.isEncoding("base65"));
  });
  it("converts between texts and bytes", () => {
    for (const encoding of ["utf8", "hex", "base64", "base64url", "latin1", "utf16le"]) {
      const text = Buffer.from("a\u00fc?>x").toString(encoding);
      assert.equal(Buffer.from(text, encoding).toString(), "a\u00fc?>x", encoding);
      assert.equal(Buffer.byteLength(text, encoding), Buffer.from(text, encoding).length, encoding);
    }
    assert.equal(Buffer.from([0xfb, 0xff]).toString("base64url"), "-_8");
    assert.equal(Buffer.alloc(2).write("-_8", "base64url"), 2);
    assert.equal(Buffer.concat([Buffer.from("a"), Buffer.from("b")]).toString(), "ab");
    assert.equal(Buffer.from([1, 2, 3, 4]).readUInt32BE(), 0x01020304);
    assert.instanceOf(Buffer.from("x"), Uint8Array);
    assert.deepEqual([...Buffer.copyBytesFrom(new Uint16Array([1, 2, 3]), 1, 1)], [2, 0]);
  });
  it("knows what is UTF-8", () => {
    assert.isFalse(isUtf8(Buffer.from([0xff])));
    assert.isTrue(isUtf8(Buffer.from("\u00fc")));
    assert.isFalse(isAscii(Buffer.from("\u00fc")));
    assert.equal(transcode(Buffer.from("\u20ac\u00fc"), "utf8", "latin1").toString("latin1"), "?\u00fc");
  });
});

describe("node:events", () => {
  it("throws an error that nobody listens for", () => {
    expect(() => new EventEmitter().emit("error", new Error("alone"))).to.throw("alone");
    assert.equal(getEventListeners.length, 2);
    expect(() => getEventListeners({}, "x")).to.throw(TypeError).with.property("code", "ERR_INVALID_ARG_TYPE");
  });
  it("calls listeners in their order, and those of once() once", async () => {
    class Emitter extends EventEmitter {}
    const emitter = new Emitter();
    const calls = [];
    emitter.on("x", (value) => calls.push(`on ${value}`)).once("x", (value) => calls.push(`once ${value}`));
    emitter.on(errorMonitor, (error) => calls.push(`saw ${error.message}`)).on("error", () => calls.push("error"));
    const waiting = once(emitter, "x");
    emitter.emit("x", 1);
    emitter.emit("x", 2);
    emitter.emit("error", new Error("it"));
    assert.deepEqual(calls, ["on 1", "once 1", "on 2", "saw it", "error"]);
    assert.deepEqual(await waiting, [1]);
  });
  it("gives events to a loop until they are aborted", async () => {
    const emitter = new EventEmitter();
    const controller = new AbortController();
    const seen = [];
    const loop = (async () => {
      for await (const [value] of on(emitter, "x", { signal: controller.signal })) seen.push(value);
    })();
    emitter.emit("x", 1);
    emitter.emit("x", 2);
    await null;
    controller.abort();
    assert.equal((await failure(loop)).code, "ABORT_ERR");
    assert.deepEqual(seen, [1, 2]);
    assert.equal(emitter.listenerCount("x"), 0);
  });
});

describe("node:assert", () => {
  it("throws what says how the values differ", () => {
    const { AssertionError } = nodeAssert;
    expect(() => nodeAssert.strictEqual(1, 2)).to.throw(AssertionError).with.property("code", "ERR_ASSERTION");
    expect(() => nodeAssert.deepStrictEqual({ a: 1 }, { a: "1" })).to.throw(/strictly deep-equal/);
    expect(() => nodeAssert.match("abc", /x/)).to.throw("did not match");
    expect(() => nodeAssert(0, "message")).to.throw("message");
    expect(() => strict.equal(1, "1")).to.throw();
  });
  it("accepts what is equal", async () => {
    nodeAssert.equal(1, "1");
    nodeAssert.deepEqual(new Map([[{ a: 1 }, new Set([1])]]), new Map([[{ a: 1 }, new Set([1])]]));
    nodeAssert.throws(() => { throw new TypeError("x"); }, TypeError);
    await nodeAssert.rejects(Promise.reject(new Error("x")), /x/);
    strict.doesNotMatch("abc", /x/);
  });
});

describe("node:util", () => {
  it("refuses what is no function", () => {
    expect(() => promisify(5)).to.throw(TypeError).with.property("code", "ERR_INVALID_ARG_TYPE");
    expect(() => inherits(5, Object)).to.throw(TypeError).with.property("code", "ERR_INVALID_ARG_TYPE");
  });
  it("turns callbacks into promises and back", async () => {
    const half = promisify((number, done) => done(number % 2 ? new Error("odd") : null, number / 2));
    assert.equal(await half(4), 2);
    assert.equal((await failure(half(3))).message, "odd");
    const back = callbackify(async (value) => value + 1);
    assert.equal(await new Promise((resolve) => back(1, (error, value) => resolve(value))), 2);
  });
  it("formats and inspects", () => {
    assert.equal(format("%s is %d", "x", 5, { a: 1 }), "x is 5 { a: 1 }");
    assert.equal(inspect({ [inspect.custom]: () => "mine" }), "mine");
    assert.equal(inspect("x"), "'x'");
    assert.equal(util.stripVTControlCharacters("\u001b[31mred\u001b[0m"), "red");
  });
  it("says what a value is, whatever its prototype says", () => {
    assert.isFalse(types.isMap(Object.create(Map.prototype)));
    assert.isFalse(types.isDate({ [Symbol.toStringTag]: "Date" }));
    assert.isTrue(types.isMap(new Map()));
    assert.isTrue(types.isDate(new Date()));
    assert.isTrue(types.isRegExp(/x/));
    assert.isTrue(types.isWeakSet(new WeakSet()));
    assert.isTrue(types.isUint8Array(Buffer.from("x")));
    assert.isTrue(types.isAsyncFunction(async () => {}));
    assert.isTrue(types.isGeneratorFunction(function* () {}));
    assert.isTrue(types.isBoxedPrimitive(Object(1n)));
    assert.isFalse(isDeepStrictEqual([1], ["1"]));
    assert.isTrue(isDeepStrictEqual({ a: [1, new Date(0)] }, { a: [1, new Date(0)] }));
  });
});
