// Response.
import { assert, describe, expect, it } from "edge-run:test";

describe("Response", () => {
  it("refuses statuses that are none of an answer", () => {
    for (const status of [0, 100, 101, 199, 600, 1000]) {
      const problem = "Responses may only be constructed with status codes in the range 200 to 599, inclusive.";
      expect(() => new Response(null, { status })).to.throw(RangeError, problem);
    }
  });
  it("refuses a body for statuses that have none", () => {
    const problem = "Response with null body status (101, 204, 205, or 304) cannot have a body.";
    for (const status of [204, 205, 304]) {
      expect(() => new Response("", { status })).to.throw(TypeError, problem);
      assert.equal(new Response(null, { status }).status, status);
    }
  });
  it("refuses a statusText that could split the message", () => {
    expect(() => new Response("", { statusText: "a\r\nb" })).to.throw(TypeError, "Invalid statusText");
  });
  it("refuses to redirect to nowhere or with another status", () => {
    expect(() => Response.redirect("/relative")).to.throw(TypeError);
    const problem = "200 is not a redirect status code. It must be one of: 301, 302, 303, 307, or 308.";
    expect(() => Response.redirect("https://a/", 200)).to.throw(RangeError, problem);
  });
  it("refuses JSON of what is none", () => {
    expect(() => Response.json(undefined)).to.throw(TypeError);
    expect(() => Response.json(5n)).to.throw(TypeError);
  });
  it("refuses changes to the headers of an error or redirect", () => {
    expect(() => Response.redirect("https://a/").headers.set("a", "b")).to.throw(TypeError,
      "Can't modify immutable headers.");
    expect(() => Response.error().headers.append("a", "b")).to.throw(TypeError);
  });
  it("has defaults", () => {
    const response = new Response();
    assert.deepEqual([response.status, response.ok, response.statusText, response.type, response.url,
      response.redirected],
      [200, true, "", "default", "", false]);
    assert.deepEqual([...response.headers], []);
  });
  it("has the Content-Type of its text unless it is told another", () => {
    assert.equal(new Response("x").headers.get("content-type"), "text/plain;charset=UTF-8");
    assert.equal(new Response("x", { headers: { "content-type": "text/html" } }).headers.get("content-type"),
      "text/html");
    assert.equal(new Response("x", { headers: { a: "1" } }).headers.get("content-type"), "text/plain;charset=UTF-8");
  });
  it("writes JSON", async () => {
    const response = Response.json({ a: [1] }, { status: 201, headers: { x: "y" } });
    assert.deepEqual([response.status, response.headers.get("content-type"), response.headers.get("x")], [201,
      "application/json", "y"]);
    assert.deepEqual(await response.json(), { a: [1] });
  });
  it("redirects", () => {
    const response = Response.redirect("https://a/b c", 301);
    assert.deepEqual([response.status, response.headers.get("location")], [301, "https://a/b%20c"]);
    assert.equal(Response.redirect("https://a/").status, 302);
  });
  it("of another response has headers that may be changed", async () => {
    const one = Response.redirect("https://a/");
    const two = new Response("x", one);
    two.headers.set("location", "https://b/");
    assert.equal(one.headers.get("location"), "https://a/");
    assert.equal(two.status, 302);
    const three = new Response(two.body, two);
    three.headers.set("y", "1");
    assert.isNull(two.headers.get("y"));
    assert.equal(await three.text(), "x");
    assert.isTrue(two.bodyUsed);
  });
  it("does not follow changes of the object it was made with", () => {
    const headers = { a: "1" };
    const response = new Response("", { headers });
    headers.a = "2";
    assert.equal(response.headers.get("a"), "1");
  });
});
