// CompressionStream and DecompressionStream.
import { assert, describe, expect, it } from "edge-run:test";

const formats = ["gzip", "deflate", "deflate-raw", "brotli"];
const through = (bytes, transform) => new Response(new Blob([bytes]).stream().pipeThrough(transform)).bytes();
const text = "all work and no play ".repeat(20_000);

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the promise was not rejected");
}

describe("DecompressionStream", () => {
  it("refuses formats that it does not know", () => {
    for (const format of ["", "zip", "GZIP"]) {
      expect(() => new DecompressionStream(format), format).to.throw(TypeError);
      expect(() => new CompressionStream(format), format).to.throw(TypeError);
    }
    expect(() => new DecompressionStream()).to.throw(TypeError);
  });
  for (const format of formats) {
    it(`refuses ${format} that is broken, ends too early or goes on after its end`, async () => {
      const packed = await through("some text that is long enough", new CompressionStream(format));
      const wrong = {
        broken: new Uint8Array(100).fill(0xff),
        cut: packed.subarray(0, -3),
        continued: new Blob([packed, "x"]),
        empty: new Uint8Array(0),
      };
      for (const [what, bytes] of Object.entries(wrong)) {
        assert.instanceOf(await failure(through(bytes, new DecompressionStream(format))), TypeError, what);
      }
    });
    it(`gives back what was packed as ${format}, whatever the pieces`, async () => {
      const packed = await through(text, new CompressionStream(format));
      assert.isBelow(packed.byteLength, text.length / 50);
      assert.equal(new TextDecoder().decode(await through(packed, new DecompressionStream(format))), text);
      const stream = new DecompressionStream(format);
      const writer = stream.writable.getWriter();
      for (const byte of packed) writer.write(new Uint8Array([byte])).catch(() => {});
      writer.close().catch(() => {});
      assert.equal(await new Response(stream.readable).text(), text);
    });
  }
  it("refuses chunks that are no bytes", async () => {
    const { writable, readable } = new DecompressionStream("gzip");
    const writer = writable.getWriter();
    assert.instanceOf(await failure(Promise.all([writer.write("text"), readable.getReader().read()])), TypeError);
  });
});
