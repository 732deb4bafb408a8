// What is there and what is not: globals that applications look for.
import { assert, describe, expect, it } from "edge-run:test";

describe("the platform", () => {
  it("refuses by name what it has not yet", () => {
    expect(() => new HTMLRewriter()).to.throw(Error, "HTMLRewriter is not available in edge-run yet");
    expect(() => new WebSocketPair()).to.throw(Error, "WebSocketPair is not available in edge-run yet");
  });
  it("leaves undefined what applications look for before they use it", () => {
    for (const name of ["WebSocket", "CompressionStream", "URLPattern", "EventSource", "MessageChannel",
      "scheduler", "process", "Buffer",
      "window", "document", "Deno", "Bun"]) {
      assert.equal(typeof globalThis[name], "undefined", name);
    }
  });
  it("has the globals of a Worker, not enumerable", () => {
    for (const name of ["Request", "Response", "Headers", "URL", "fetch", "crypto", "ReadableStream",
      "TextEncoder", "console"]) {
      assert.notEqual(typeof globalThis[name], "undefined", name);
      assert.isFalse(Object.prototype.propertyIsEnumerable.call(globalThis, name), name);
    }
    assert.equal(self, globalThis);
    assert.equal(navigator.userAgent, "Cloudflare-Workers");
  });
  it("has classes with enumerable members and a name", () => {
    assert.equal(Object.prototype.toString.call(new Headers()), "[object Headers]");
    assert.isTrue(Object.getOwnPropertyDescriptor(Request.prototype, "url").enumerable);
    assert.equal(Response.name, "Response");
    assert.equal(fetch.name, "fetch");
  });
  it("has a clock", () => {
    assert.isAtLeast(performance.now(), 0);
    assert.closeTo(performance.timeOrigin + performance.now(), Date.now(), 5000);
  });
  it("keeps working when a script breaks the language's own objects", async () => {
    const { push, join } = Array.prototype;
    const { then } = Promise.prototype;
    const { exec } = RegExp.prototype;
    const { get } = Map.prototype;
    try {
      const broken = () => { throw new Error("broken"); };
      Object.assign(Array.prototype, { push: broken, join: broken });
      RegExp.prototype.exec = Map.prototype.get = broken;
      const response = new Response("x", { headers: { "A-B": " c " } });
      const refused = (() => {
        try {
          return new Headers({ "a b": "x" });
        } catch (error) {
          return error instanceof TypeError;
        }
      })();
      const text = await response.clone().text();
      Object.assign(Array.prototype, { push, join });
      assert.deepEqual([response.headers.get("a-b"), refused, text], ["c", true, "x"]);
    } finally {
      Object.assign(Array.prototype, { push, join });
      Promise.prototype.then = then;
      RegExp.prototype.exec = exec;
      Map.prototype.get = get;
      for (const name of ["push", "join"]) Object.defineProperty(Array.prototype, name, { enumerable: false });
      Object.defineProperty(RegExp.prototype, "exec", { enumerable: false });
      Object.defineProperty(Map.prototype, "get", { enumerable: false });
    }
  });
});
