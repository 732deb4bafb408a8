// structuredClone.
import { assert, describe, expect, it } from "edge-run:test";

describe("structuredClone", () => {
  it("refuses functions with a DataCloneError", () => {
    expect(() => structuredClone(() => {})).to.throw(DOMException).with.property("name", "DataCloneError");
    expect(() => structuredClone()).to.throw(TypeError);
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
