// Headers.
import { assert, describe, expect, it } from "edge-run:test";

describe("Headers", () => {
  it("refuses names and values that could split a message", () => {
    const headers = new Headers();
    for (const name of ["", "a b", "a:", "a\r", "é", "a\0", "(x)"]) {
      expect(() => headers.set(name, "x"), JSON.stringify(name)).to.throw(TypeError);
      expect(() => new Headers([[name, "x"]])).to.throw(TypeError);
    }
    for (const value of ["a\r\nb: c", "a\nb", "a\0", "€"]) {
      expect(() => headers.append("x", value), JSON.stringify(value)).to.throw(TypeError);
      expect(() => new Headers({ x: value })).to.throw(TypeError);
    }
    assert.deepEqual([...headers], []);
  });
  it("says which of both is wrong, as Cloudflare does", () => {
    expect(() => new Headers().set("a b", "x")).to.throw(TypeError, "Invalid header name.");
    expect(() => new Headers().set("a", "x\ny")).to.throw(TypeError, "Invalid header value.");
  });
  it("refuses sequences that are no pairs, and what is no object", () => {
    expect(() => new Headers([["a"]])).to.throw(TypeError);
    expect(() => new Headers([["a", "b", "c"]])).to.throw(TypeError);
    expect(() => new Headers("a")).to.throw(TypeError);
    expect(() => new Headers().get()).to.throw(TypeError);
  });
  it("has getAll() for Set-Cookie alone", () => {
    expect(() => new Headers().getAll("x")).to.throw(TypeError,
      'getAll() can only be used with the header name "Set-Cookie".');
    assert.deepEqual(new Headers([["Set-Cookie", "a"], ["set-cookie", "b"]]).getAll("SET-COOKIE"), ["a", "b"]);
  });
  it("writes undefined as text: a misspelt property does not pass unseen", () => {
    assert.equal(new Headers({ a: undefined }).get("a"), "undefined");
  });
  it("finds names in any case and joins their values", () => {
    const headers = new Headers({ "X-One": "1" });
    headers.append("x-one", "2");
    assert.equal(headers.get("X-ONE"), "1, 2");
    assert.isTrue(headers.has("x-One"));
    assert.isNull(headers.get("y"));
  });
  it("trims white space around values", () => {
    assert.equal(new Headers({ a: "\t b c \r\n" }).get("a"), "b c");
    assert.equal(new Headers({ a: "  " }).get("a"), "");
  });
  it("replaces all of a name by set() and drops all by delete()", () => {
    const headers = new Headers([["a", "1"], ["b", "2"], ["A", "3"]]);
    headers.set("a", "4");
    assert.deepEqual([...headers], [["a", "4"], ["b", "2"]]);
    headers.delete("A");
    assert.deepEqual([...headers.keys()], ["b"]);
  });
  it("is iterated in the order of names, lower-case, with cookies apart", () => {
    const headers = new Headers([["Set-Cookie", "b=1"], ["X", "1"], ["a", "2"], ["set-cookie", "a=2"], ["x", "3"]]);
    assert.deepEqual([...headers], [["a", "2"], ["set-cookie", "b=1"], ["set-cookie", "a=2"], ["x", "1, 3"]]);
    assert.deepEqual(headers.getSetCookie(), ["b=1", "a=2"]);
    const seen = [];
    headers.forEach((value, name, all) => seen.push(`${name}=${value}${all === headers}`));
    assert.lengthOf(seen, 4);
  });
  it("shows changes to an iteration that goes on", () => {
    const headers = new Headers({ a: "1", c: "3" });
    const names = [];
    for (const [name] of headers) {
      names.push(name);
      if (name === "a") headers.append("b", "2");
    }
    assert.deepEqual(names, ["a", "b", "c"]);
  });
  it("is copied, not shared", () => {
    const one = new Headers({ a: "1" });
    const two = new Headers(one);
    two.set("a", "2");
    assert.equal(one.get("a"), "1");
    assert.equal(new Headers(new Map([["k", "v"]])).get("k"), "v");
  });
});
