// FetchEvent: the rules of respondWith(), and that a listener which fails lets nobody through.
import { assert, describe, expect, it, SELF } from "edge-run:test";

const ask = (path, init) => SELF.fetch(`https://example.com${path}`, init);

describe("a script in service-worker syntax", () => {
  for (const path of ["/throws", "/throws-after", "/rejects", "/nonsense"]) {
    it(`T85: answers 500 when its listener fails: ${path}`, async () => {
      const response = await ask(path);
      assert.equal(response.status, 500);
      assert.notInclude(await response.text(), "let in");
    });
  }
  it("cannot forward a request whose body it read", async () => {
    assert.equal((await ask("/consumed", { method: "POST", body: "x" })).status, 500);
  });
  it("can respond once", async () => {
    assert.equal(await (await ask("/twice")).text(), "once");
    assert.equal(globalThis.lastError.name, "InvalidStateError");
    assert.equal(globalThis.lastError.message,
      "FetchEvent.respondWith() has already been called; it can only be called once.");
  });
  it("cannot make events of its own", () => {
    expect(() => new FetchEvent("fetch", {})).to.throw(TypeError, "Illegal constructor");
  });
  it("responds at once or by a promise", async () => {
    assert.include(await (await ask("/sync")).text(), "sync");
    assert.equal(await (await ask("/async", { method: "PUT" })).text(), "async fetch PUT");
  });
});
