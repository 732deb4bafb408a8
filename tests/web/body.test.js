// The body of Request and Response: what it can be made of, and that it is read once.
import { assert, describe, expect, it } from "edge-run:test";

const used = "Body has already been used. It can only be used once. Use tee() first if you need to read it twice.";
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("the promise was not rejected");
}

describe("a body", () => {
  it("cannot be read twice", async () => {
    for (const body of ["text", new Uint8Array([1]), new Blob(["x"]), new Response("x").body]) {
      const response = new Response(body);
      await response.arrayBuffer();
      assert.isTrue(response.bodyUsed);
      assert.equal((await failure(response.text())).message, used);
    }
  });
  it("cannot be made of a stream that was read or is locked", async () => {
    const read = new Response("x").body;
    await read.getReader().read();
    expect(() => new Response(read)).to.throw(TypeError);
    const locked = new Response("x").body;
    locked.getReader();
    expect(() => new Response(locked)).to.throw(TypeError);
  });
  it("cannot be read while the script reads its stream", async () => {
    const response = new Response("x");
    response.body.getReader();
    assert.instanceOf(await failure(response.text()), TypeError);
  });
  it("that is no JSON is refused with a SyntaxError", async () => {
    assert.instanceOf(await failure(new Response("{").json()), SyntaxError);
  });
  it("of a stream takes no strings as chunks", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue("text");
        controller.close();
      },
    });
    assert.instanceOf(await failure(new Response(stream).text()), TypeError);
  });
  it("is null where there is none, and reads as nothing", async () => {
    const response = new Response();
    assert.isNull(response.body);
    assert.isFalse(response.bodyUsed);
    assert.equal(await response.text(), "");
    assert.equal(await response.text(), "");
    assert.equal((await response.arrayBuffer()).byteLength, 0);
  });
  it("is text, bytes, blob, parameters, form or anything with a string", async () => {
    const cases = [
      ["é", "é", "text/plain;charset=UTF-8"],
      [new Uint8Array([0, 104, 105]).subarray(1), "hi", null],
      [new Uint8Array([104, 105]).buffer, "hi", null],
      [new DataView(new Uint8Array([104, 105]).buffer), "hi", null],
      [new Blob(["b"], { type: "x/y" }), "b", "x/y"],
      [new Blob(["b"]), "b", null],
      [new URLSearchParams({ a: "ä b" }), "a=%C3%A4+b", "application/x-www-form-urlencoded;charset=UTF-8"],
      [{ toString: () => "o" }, "o", "text/plain;charset=UTF-8"],
      [7, "7", "text/plain;charset=UTF-8"],
    ];
    for (const [body, text, type] of cases) {
      const response = new Response(body);
      assert.equal(response.headers.get("content-type"), type);
      assert.equal(await response.text(), text);
    }
  });
  it("does not change when its source does", async () => {
    const bytes = new Uint8Array([97]);
    const response = new Response(bytes);
    bytes[0] = 98;
    assert.equal(await response.text(), "a");
  });
  it("loses one byte order mark as text, and no bytes otherwise", async () => {
    assert.equal(await new Response("\ufeff\ufeffa").text(), "\ufeffa");
    assert.equal((await new Response("\ufeffa").arrayBuffer()).byteLength, 4);
    assert.equal(await new Response("\ud800").text(), "\ufffd");
  });
  it("can be read as a stream of bytes, with a reader that brings its own buffer", async () => {
    const reader = new Response("hello").body.getReader({ mode: "byob" });
    const { value, done } = await reader.read(new Uint8Array(3));
    assert.isFalse(done);
    assert.equal(new TextDecoder().decode(value), "hel");
  });
  it("of a stream is collected", async () => {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    writer.write(new Uint8Array([104]));
    writer.write(new Uint8Array([105]).buffer);
    writer.close();
    assert.equal(await new Response(readable).text(), "hi");
  });
  it("is cloned by clone(): both can be read", async () => {
    for (const body of ["text", new Response("text").body]) {
      const response = new Response(body);
      const copy = response.clone();
      assert.equal(await copy.text(), "text");
      assert.isFalse(response.bodyUsed);
      assert.equal(await response.text(), "text");
    }
  });
  it("has a stream that is used when the body was read", async () => {
    const response = new Response("x");
    await response.text();
    assert.isTrue(response.body.locked);
  });
  it("reads as a Blob with the Content-Type", async () => {
    const blob = await new Response("{}", { headers: { "content-type": "application/json" } }).blob();
    assert.equal(blob.type, "application/json");
    assert.equal(await blob.text(), "{}");
  });
});
