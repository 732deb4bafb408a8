// Blob and File.
import { assert, describe, expect, it } from "edge-run:test";

describe("Blob", () => {
  it("refuses parts that are no sequence", () => {
    expect(() => new Blob("text")).to.throw(TypeError);
  });
  it("joins strings, bytes and other blobs", async () => {
    const blob = new Blob(["a€", new Uint8Array([98]), new Blob(["c"]), new Uint8Array([1, 100, 2]).subarray(1,
      2), 5]);
    assert.equal(await blob.text(), "a€bcd5");
    assert.equal(blob.size, 8);
  });
  it("keeps its bytes when the source changes", async () => {
    const bytes = new Uint8Array([97]);
    const blob = new Blob([bytes]);
    bytes[0] = 98;
    assert.equal(await blob.text(), "a");
    (await blob.bytes())[0] = 99;
    assert.equal(await blob.text(), "a");
  });
  it("lower-cases its type and drops one with other characters", () => {
    assert.equal(new Blob([], { type: "Text/PLAIN" }).type, "text/plain");
    assert.equal(new Blob([], { type: "té" }).type, "");
  });
  it("is sliced from either end", async () => {
    const blob = new Blob(["0123456789"]);
    assert.equal(await blob.slice(2, 5).text(), "234");
    assert.equal(await blob.slice(-3).text(), "789");
    assert.equal(await blob.slice(5, 2).text(), "");
    assert.equal(blob.slice(0, 1, "a/b").type, "a/b");
  });
  it("streams its bytes", async () => {
    const big = new Blob(["x".repeat(100_000)]);
    let size = 0;
    for await (const chunk of big.stream()) size += chunk.byteLength;
    assert.equal(size, 100_000);
  });
});

describe("File", () => {
  it("needs a name", () => {
    expect(() => new File([])).to.throw(TypeError);
  });
  it("is a Blob with a name and a time", () => {
    const file = new File(["a"], "a.txt", { type: "text/plain", lastModified: 5 });
    assert.instanceOf(file, Blob);
    assert.deepEqual([file.name, file.lastModified, file.type, file.size], ["a.txt", 5, "text/plain", 1]);
  });
});
