// atob and btoa.
import { assert, describe, expect, it } from "edge-run:test";

describe("atob", () => {
  it("refuses what is no base64 with an InvalidCharacterError", () => {
    for (const text of ["a", "a===", "?", "ab=c", "é"]) {
      expect(() => atob(text), text).to.throw(DOMException).with.property("name", "InvalidCharacterError");
    }
  });
  it("needs an argument", () => {
    expect(() => atob()).to.throw(TypeError);
  });
  it("forgives white space and missing padding", () => {
    assert.equal(atob(" aGk "), "hi");
    assert.equal(atob("/+8"), "\xff\xef");
  });
});

describe("btoa", () => {
  it("refuses characters that are no bytes", () => {
    expect(() => btoa("€")).to.throw(DOMException).with.property("name", "InvalidCharacterError");
  });
  it("encodes bytes", () => {
    assert.equal(btoa("\0\xff"), "AP8=");
    assert.equal(btoa(null), "bnVsbA==");
  });
});
