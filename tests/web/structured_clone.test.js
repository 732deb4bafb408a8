// structuredClone.
import { assert, describe, expect, it } from "edge-run:test";

describe("structuredClone", () => {
  it("refuses functions with a DataCloneError", () => {
    expect(() => structuredClone(() => {})).to.throw(DOMException).with.property("name", "DataCloneError");
    expect(() => structuredClone()).to.throw(TypeError);
  });
  it("refuses objects of the platform that have no copies, and to move what stays where it is", () => {
    for (const value of [new URL("https://a/"), new Headers(), new ReadableStream(), new AbortController().signal]) {
      expect(() => structuredClone({ value })).to.throw(DOMException).with.property("name", "DataCloneError");
    }
    for (const transfer of [[{}], [new Blob([])], [new ArrayBuffer(1), 5]]) {
      expect(() => structuredClone(null, { transfer })).to.throw(DOMException).with.property("name", "DataCloneError");
    }
    const stream = new ReadableStream();
    stream.getReader();
    expect(() => structuredClone(stream, { transfer: [stream] })).to.throw(DOMException);
  });
  it("copies blobs, files and exceptions", async () => {
    const file = new File(["abc"], "a.txt", { type: "text/plain", lastModified: 7 });
    const { one, two, error } = structuredClone({ one: file, two: file, error: new DOMException("m", "AbortError") });
    assert.equal(one, two);
    assert.deepEqual([one.name, one.type, one.lastModified, await one.text()], ["a.txt", "text/plain", 7, "abc"]);
    assert.instanceOf(error, DOMException);
    assert.deepEqual([error.name, error.message, error.code], ["AbortError", "m", 20]);
  });
  it("moves streams, whose chunks are copies", async () => {
    const chunk = { a: 1 };
    const stream = new ReadableStream({ start(controller) { controller.enqueue(chunk); } });
    const moved = structuredClone({ stream }, { transfer: [stream] }).stream;
    assert.isTrue(stream.locked);
    const { value } = await moved.getReader().read();
    assert.deepEqual(value, chunk);
    assert.notEqual(value, chunk);
  });
  it("copies what holds itself, and moves buffers", () => {
    const value = { map: new Map([[1, new Date(5)]]) };
    value.self = value;
    const copy = structuredClone(value);
    assert.notEqual(copy, value);
    assert.equal(copy.self, copy);
    assert.equal(copy.map.get(1).getTime(), 5);
    const buffer = new ArrayBuffer(3);
    assert.equal(structuredClone(buffer, { transfer: [buffer] }).byteLength, 3);
    assert.equal(buffer.byteLength, 0);
  });
});
