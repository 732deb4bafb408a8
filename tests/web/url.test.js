// URL and URLSearchParams.
import { assert, describe, expect, it } from "edge-run:test";

describe("URL", () => {
  it("refuses what is none", () => {
    expect(() => new URL("x")).to.throw(TypeError, "Invalid URL: x");
    expect(() => new URL("/x", "y")).to.throw(TypeError);
    expect(() => new URL()).to.throw(TypeError);
    expect(() => { new URL("https://a/").href = "x"; }).to.throw(TypeError);
    assert.isFalse(URL.canParse("x"));
    assert.isNull(URL.parse("x"));
  });
  it("refuses a host that could not be read back, and reads every other again as it is", () => {
    for (const host of ["ñxn-", "a.xn-ñ", "ñxn--a"]) {
      assert.isFalse(URL.canParse(`https://${host}/`), host);
      assert.isFalse(URL.canParse(`//${host}/`, "https://a/"), host);
      const url = new URL("https://a/b");
      url.hostname = url.host = host;
      expect(() => { url.href = `https://${host}/`; }).to.throw(TypeError, "Invalid URL");
      assert.equal(url.href, "https://a/b");
    }
    for (const host of ["ñ", "ñab-", "ñaxn-", "xn-", "xn--bcher-kva"]) {
      const { href } = new URL(`https://${host}/`);
      assert.equal(new URL(href).href, href);
    }
  });
  it("has parts", () => {
    const url = new URL("../b?c=d#e", "https://user:pass@Example.com:8443/x/y");
    assert.equal(`${url}`, "https://user:pass@example.com:8443/b?c=d#e");
    assert.deepEqual(
      [url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port, url.pathname,
        url.search, url.hash],
      ["https://example.com:8443", "https:", "user", "pass", "example.com:8443", "example.com", "8443", "/b",
        "?c=d", "#e"]);
    assert.equal(JSON.stringify({ url }), '{"url":"https://user:pass@example.com:8443/b?c=d#e"}');
  });
  it("changes by its parts, and ignores what cannot be", () => {
    const url = new URL("https://a/");
    url.hostname = "b";
    url.port = "444";
    url.port = "x";
    url.pathname = "p q";
    url.search = "s";
    url.hash = "h";
    url.protocol = "http";
    url.protocol = "mailto";
    assert.equal(url.href, "http://b:444/p%20q?s#h");
  });
  it("and its searchParams follow each other", () => {
    const url = new URL("https://a/?x=1");
    const { searchParams } = url;
    searchParams.append("y", "2 3");
    assert.equal(url.search, "?x=1&y=2+3");
    url.search = "?z=4";
    assert.equal(searchParams.get("z"), "4");
    searchParams.delete("z");
    assert.equal(url.href, "https://a/");
    assert.equal(url.searchParams, searchParams);
  });
});

describe("URLSearchParams", () => {
  it("refuses sequences that are no pairs", () => {
    expect(() => new URLSearchParams([["a"]])).to.throw(TypeError);
    expect(() => new URLSearchParams([5])).to.throw(TypeError);
    expect(() => new URLSearchParams().append("a")).to.throw(TypeError);
  });
  it("is made of text, pairs, objects and others", () => {
    assert.deepEqual([...new URLSearchParams("?a=1&b=%C3%A9+x&c&%zz=%4&=&&a=2")],
      [["a", "1"], ["b", "é x"], ["c", ""], ["%zz", "%4"], ["", ""], ["a", "2"]]);
    assert.equal(`${new URLSearchParams([["a", "1"], ["b", "2"]])}`, "a=1&b=2");
    assert.equal(`${new URLSearchParams({ a: 1, b: "é&=" })}`, "a=1&b=%C3%A9%26%3D");
    assert.equal(`${new URLSearchParams(new URLSearchParams("a=1"))}`, "a=1");
    assert.equal(`${new URLSearchParams(new FormData())}`, "");
  });
  it("finds, replaces, drops and sorts", () => {
    const params = new URLSearchParams("b=1&a=2&b=3");
    assert.deepEqual(params.getAll("b"), ["1", "3"]);
    assert.isTrue(params.has("b", "3"));
    assert.isFalse(params.has("b", "2"));
    assert.isNull(params.get("c"));
    params.delete("b", "1");
    params.append("0", "*-._~ ");
    params.sort();
    assert.equal(`${params}`, "0=*-._%7E+&a=2&b=3");
    params.set("a", "x");
    params.set("n", "y");
    assert.deepEqual([[...params.keys()], params.size], [["0", "a", "b", "n"], 4]);
  });
});
