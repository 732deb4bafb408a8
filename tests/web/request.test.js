// Request.
import { assert, cf, describe, expect, it } from "edge-run:test";

const post = (body, more) => new Request("https://example.com/", { method: "POST", body, ...more });

describe("Request", () => {
  it("refuses URLs that are not absolute or hold credentials", () => {
    for (const url of ["/path", "", "http://", "https://user@example.com/", "https://:x@example.com/"]) {
      expect(() => new Request(url), url).to.throw(TypeError);
    }
  });
  it("refuses methods that are none or not for scripts", () => {
    for (const method of ["", "A B", "CONNECT", "trace", "TRACK"]) {
      expect(() => new Request("https://a/", { method }), method).to.throw(TypeError);
    }
  });
  it("refuses a body for GET and HEAD", () => {
    const problem = "Request with a GET or HEAD method cannot have a body.";
    expect(() => new Request("https://a/", { body: "x" })).to.throw(TypeError, problem);
    expect(() => new Request("https://a/", { method: "head", body: "" })).to.throw(TypeError, problem);
    expect(() => new Request(post("x"), { method: "GET" })).to.throw(TypeError, problem);
  });
  it("refuses to be made of a request whose body was read", async () => {
    const request = post("x");
    await request.text();
    expect(() => new Request(request)).to.throw(TypeError, "Cannot reconstruct a Request with a used body.");
    expect(() => request.clone()).to.throw(TypeError);
  });
  it("refuses values that the standard does not name", () => {
    for (const name of ["mode", "credentials", "cache", "referrerPolicy", "duplex", "priority"]) {
      expect(() => new Request("https://a/", { [name]: "x" })).to.throw(TypeError, name);
    }
    expect(() => new Request("https://a/", { mode: "navigate" })).to.throw(TypeError);
    expect(() => new Request("https://a/", { cache: "only-if-cached" })).to.throw(TypeError);
    expect(() => new Request("https://a/", { window: {} })).to.throw(TypeError);
    expect(() => new Request("https://a/", { redirect: "sometimes" })).to.throw(TypeError);
    expect(() => new Request("https://a/", { signal: {} })).to.throw(TypeError);
  });
  it("has defaults", () => {
    const request = new Request("https://Example.com/a b?c#d");
    assert.equal(request.url, "https://example.com/a%20b?c#d");
    assert.deepEqual([request.method, request.redirect, request.body, request.bodyUsed], ["GET", "follow", null,
      false]);
    assert.instanceOf(request.headers, Headers);
    assert.isFalse(request.signal.aborted);
    assert.isUndefined(request.cf);
  });
  it("keeps what only a browser acts upon", () => {
    const request = new Request("https://a/", { mode: "no-cors", credentials: "include", cache: "no-store" });
    const copy = new Request(request, { credentials: "omit", referrer: "" });
    assert.deepEqual([copy.mode, copy.credentials, copy.cache, copy.referrer], ["no-cors", "omit", "no-store", ""]);
  });
  it("writes known methods in capitals and leaves others", () => {
    assert.equal(new Request("https://a/", { method: "post" }).method, "POST");
    assert.equal(new Request("https://a/", { method: "Foo" }).method, "Foo");
  });
  it("takes the type of its body", async () => {
    assert.equal(post("x").headers.get("content-type"), "text/plain;charset=UTF-8");
    assert.equal(post("x", { headers: { "Content-Type": "a/b" } }).headers.get("content-type"), "a/b");
    assert.equal(await post("x").text(), "x");
  });
  it("of a request takes its body over and copies its headers", async () => {
    const one = post("x", { headers: { a: "1" } });
    const two = new Request(one, { headers: { b: "2" } });
    assert.isTrue(one.bodyUsed);
    assert.isNull(two.headers.get("a"));
    assert.equal(await two.text(), "x");
    assert.equal(new Request(new Request("https://a/", { headers: { a: "1" } })).headers.get("a"), "1");
  });
  it("of a URL and a request has the request's parts", async () => {
    const request = new Request("https://b/", post("x", { headers: { a: "1" } }));
    assert.deepEqual([request.url, request.method, request.headers.get("a")], ["https://b/", "POST", "1"]);
    assert.equal(await request.text(), "x");
  });
  it("is cloned with its body", async () => {
    const request = post("x");
    const copy = request.clone();
    copy.headers.set("a", "1");
    assert.isNull(request.headers.get("a"));
    assert.equal(await copy.text(), "x");
    assert.equal(await request.text(), "x");
  });
  it("copies cf so that it may be changed, certificate included", () => {
    const request = new Request("https://a/", { cf: cf() });
    const copy = new Request(request);
    copy.cf.added = true;
    copy.cf.tlsClientAuth.certVerified = "changed";
    assert.equal(request.cf.tlsClientAuth.certVerified, "NONE");
    assert.isUndefined(request.cf.added);
    assert.equal(copy.cf.tlsClientAuth.cert.state, "none");
    assert.equal(new Request("https://a/", { cf: { cacheTtl: 5 } }).cf.cacheTtl, 5);
  });
});
