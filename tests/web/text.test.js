// TextEncoder, TextDecoder and their streams.
import { assert, describe, expect, it } from "edge-run:test";

describe("TextDecoder", () => {
  it("refuses encodings that it does not know, by name", () => {
    expect(() => new TextDecoder("iso-2022-kr")).to.throw(RangeError, "iso-2022-kr");
    expect(() => new TextDecoder("nonsense")).to.throw(RangeError, "nonsense");
  });
  it("refuses what is no bytes, and with fatal what is no text", () => {
    expect(() => new TextDecoder().decode("text")).to.throw(TypeError);
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]))).to.throw(TypeError);
  });
  it("decodes the Web's older encodings, in one piece and in several", () => {
    assert.equal(new TextDecoder("sjis").decode(new Uint8Array([0x93, 0xfa, 0x96, 0x7b])), "日本");
    assert.equal(new TextDecoder("windows-1251").decode(new Uint8Array([0xcc, 0xe8, 0xf0])), "Мир");
    const decoder = new TextDecoder("gb18030");
    assert.equal(decoder.decode(new Uint8Array([0xd6]), { stream: true }), "");
    assert.equal(decoder.decode(new Uint8Array([0xd0])), "中");
    assert.equal(new TextDecoder("euc-kr").decode(new Uint8Array([0xff])), "\ufffd");
    expect(() => new TextDecoder("big5", { fatal: true }).decode(new Uint8Array([0x81]))).to.throw(TypeError);
  });
  it("knows its encodings by their labels", () => {
    assert.equal(new TextDecoder(" UTF8 ").encoding, "utf-8");
    assert.equal(new TextDecoder("latin1").encoding, "windows-1252");
    assert.equal(new TextDecoder("utf-16").encoding, "utf-16le");
  });
  it("decodes, in one piece and in several", () => {
    const decoder = new TextDecoder();
    assert.equal(decoder.decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff])), "a\ufffd");
    assert.equal(decoder.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), "");
    assert.equal(decoder.decode(new Uint8Array([0xac])), "€");
    assert.equal(new TextDecoder("latin1").decode(new Uint8Array([0x80, 0xe9])), "€é");
    assert.equal(new TextDecoder("utf-16be").decode(new Uint8Array([0x20, 0xac])), "€");
    assert.equal(new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf])), "\ufeff");
    assert.equal(decoder.decode(), "");
  });
});

describe("TextEncoder", () => {
  it("encodes, with lone surrogates replaced", () => {
    assert.deepEqual([...new TextEncoder().encode("a€\ud800")], [0x61, 0xe2, 0x82, 0xac, 0xef, 0xbf, 0xbd]);
    assert.equal(new TextEncoder().encode().length, 0);
  });
  it("encodes into a buffer as much as fits", () => {
    const buffer = new Uint8Array(4);
    assert.deepEqual(new TextEncoder().encodeInto("a€€", buffer), { read: 2, written: 4 });
  });
});

describe("text streams", () => {
  it("join characters that are cut", async () => {
    const { writable, readable } = new TextEncoderStream();
    const writer = writable.getWriter();
    writer.write("a\ud83d");
    writer.write("\ude00");
    writer.close();
    let text = "";
    for await (const chunk of readable.pipeThrough(new TextDecoderStream())) text += chunk;
    assert.equal(text, "a😀");
  });
});
