// FileReader and FileReaderSync.
import { assert, describe, expect, it } from "edge-run:test";

const done = (reader) => new Promise((resolve) => { reader.onloadend = () => resolve(reader.result); });

describe("FileReader", () => {
  it("refuses what is no Blob, and a second reading at a time", async () => {
    const reader = new FileReader();
    expect(() => reader.readAsText("text")).to.throw(TypeError);
    reader.readAsText(new Blob(["a"]));
    expect(() => reader.readAsText(new Blob(["b"]))).to.throw(DOMException).with.property("name", "InvalidStateError");
    assert.equal(await done(reader), "a");
  });
  it("gives nothing when it is aborted", async () => {
    const reader = new FileReader();
    const events = [];
    for (const type of ["load", "abort", "loadend"]) reader.addEventListener(type, () => events.push(type));
    reader.readAsText(new Blob(["a"]));
    reader.abort();
    await scheduler.wait(5);
    assert.deepEqual([events, reader.result, reader.readyState], [["abort", "loadend"], null, FileReader.DONE]);
  });
  it("reads text by its encoding, data URLs, binary strings and buffers", async () => {
    const blob = new Blob([new Uint8Array([0xcc, 0xe8, 0xf0])], { type: "text/plain;charset=windows-1251" });
    const reader = new FileReader();
    const read = (method, ...rest) => {
      reader[method](blob, ...rest);
      return done(reader);
    };
    assert.equal(await read("readAsText"), "Мир");
    assert.equal(await read("readAsText", "latin1"), "Ìèð");
    assert.equal(await read("readAsDataURL"), "data:text/plain;charset=windows-1251;base64,zOjw");
    assert.equal(await read("readAsBinaryString"), "\xcc\xe8\xf0");
    assert.equal((await read("readAsArrayBuffer")).byteLength, 3);
    assert.equal(new FileReaderSync().readAsText(blob), "Мир");
  });
});
