// URLPattern.
import { assert, describe, expect, it } from "edge-run:test";

describe("URLPattern", () => {
  it("refuses patterns that are none, and relative ones without a base", () => {
    for (const pattern of ["/path", "https://a/(", "https://a/:id(["]) {
      expect(() => new URLPattern(pattern), pattern).to.throw(TypeError);
    }
    expect(() => new URLPattern({ pathname: "/a", baseURL: "nonsense" })).to.throw(TypeError);
    expect(() => new URLPattern({ pathname: "/*" }).test({ pathname: "/" }, "https://a/")).to.throw(TypeError);
  });
  it("does not match what differs", () => {
    const pattern = new URLPattern("https://example.com/users/:id(\\d+)");
    assert.isFalse(pattern.test("https://example.com/users/x"));
    assert.isFalse(pattern.test("https://example.org/users/1"));
    assert.isNull(pattern.exec("not a url"));
  });
  it("gives the groups of each component", () => {
    const pattern = new URLPattern({ hostname: "{:sub.}?example.com", pathname: "/users/:id/*" });
    const found = pattern.exec("https://www.example.com/users/7/a/b?c");
    assert.deepEqual(found.hostname.groups, { sub: "www" });
    assert.deepEqual(found.pathname, { input: "/users/7/a/b", groups: { id: "7", 0: "a/b" } });
    assert.deepEqual(found.inputs, ["https://www.example.com/users/7/a/b?c"]);
    assert.deepEqual(pattern.exec("https://example.com/users/7/").hostname.groups, { sub: undefined });
  });
  it("takes a base and options", () => {
    assert.isTrue(new URLPattern("/A/*", "https://example.com", { ignoreCase: true }).test("https://example.com/a/b"));
    assert.isTrue(new URLPattern({ pathname: "/a" }).test("../a", "https://example.com/b/c"));
  });
  it("shows its components", () => {
    const pattern = new URLPattern({ pathname: "/:a(x|y)" });
    assert.deepEqual([pattern.protocol, pattern.pathname, pattern.hasRegExpGroups], ["*", "/:a(x|y)", true]);
    assert.isFalse(new URLPattern({ pathname: "/:a" }).hasRegExpGroups);
  });
});
