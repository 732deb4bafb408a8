// Streams, and Cloudflare's two of bytes.
import { assert, describe, expect, it } from "edge-run:test";

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("the promise was not rejected");
}
const bytes = (text) => new TextEncoder().encode(text);
async function write(writable, ...chunks) {
  const writer = writable.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
}

describe("streams", () => {
  it("pipe, transform, tee and iterate", async () => {
    const source = new ReadableStream({
      start(controller) {
        for (const word of ["a", "b", "c"]) controller.enqueue(word);
        controller.close();
      },
    });
    const upper = new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk.toUpperCase()); } });
    const [one, two] = source.pipeThrough(upper).tee();
    const seen = [];
    for await (const chunk of one) seen.push(chunk);
    const collected = [];
    await two.pipeTo(new WritableStream({ write(chunk) { collected.push(chunk); } }));
    assert.deepEqual([seen, collected], [["A", "B", "C"], ["A", "B", "C"]]);
  });
  it("stop piping when the signal is aborted", async () => {
    const controller = new AbortController();
    const piped = new ReadableStream().pipeTo(new WritableStream(), { signal: controller.signal });
    controller.abort();
    assert.equal((await failure(piped)).name, "AbortError");
  });
});

describe("IdentityTransformStream", () => {
  it("refuses chunks that are no bytes", async () => {
    const { writable, readable } = new IdentityTransformStream();
    const read = failure(readable.getReader().read());
    assert.instanceOf(await failure(writable.getWriter().write("text")), TypeError);
    assert.instanceOf(await read, TypeError);
  });
  it("passes bytes on", async () => {
    const { writable, readable } = new IdentityTransformStream();
    write(writable, bytes("a"), bytes("b").buffer);
    assert.equal(await new Response(readable).text(), "ab");
  });
});

describe("FixedLengthStream", () => {
  it("refuses more or fewer bytes than were promised", async () => {
    for (const length of [1, 3]) {
      const { writable, readable } = new FixedLengthStream(length);
      const read = failure(new Response(readable).text());
      assert.instanceOf(await failure(write(writable, bytes("ab"))), TypeError);
      assert.instanceOf(await read, TypeError);
    }
    expect(() => new FixedLengthStream(-1)).to.throw(TypeError);
  });
  it("passes exactly that many", async () => {
    const { writable, readable } = new FixedLengthStream(2);
    write(writable, bytes("ab"));
    assert.equal(await new Response(readable).text(), "ab");
  });
});
