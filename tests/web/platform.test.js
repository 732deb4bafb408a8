// What is there and what is not: globals that applications look for.
import { assert, describe, expect, it } from "edge-run:test";

describe("the platform", () => {
  it("refuses by name what it has not yet", () => {
    expect(() => new HTMLRewriter()).to.throw(Error, "HTMLRewriter is not available in edge-run yet");
  });
  it("leaves undefined what applications look for before they use it", () => {
    for (const name of ["EventSource", "process", "Buffer", "window", "document", "Deno", "Bun"]) {
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
  it("has the 78 names of the Minimum Common Web API", () => {
    // https://min-common-api.proposal.wintertc.org/
    const names = `AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy
      Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File FormData Headers
      MessageChannel MessageEvent MessagePort Performance PromiseRejectionEvent ReadableByteStreamController
      ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController
      ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream TextEncoder
      TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams
      WebAssembly.Global WebAssembly.Instance WebAssembly.Memory WebAssembly.Module WebAssembly.Table WebAssembly.Tag
      WebAssembly.Exception WebAssembly.CompileError WebAssembly.LinkError WebAssembly.RuntimeError WritableStream
      WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearInterval clearTimeout console crypto
      fetch globalThis navigator.userAgent onerror onrejectionhandled onunhandledrejection performance queueMicrotask
      reportError self setInterval setTimeout structuredClone WebAssembly.compile WebAssembly.compileStreaming
      WebAssembly.instantiate WebAssembly.instantiateStreaming WebAssembly.JSTag WebAssembly.validate`.split(/\s+/);
    const missing = names.filter((name) => {
      const path = name.split(".");
      const last = path.pop();
      return !(last in path.reduce((object, key) => object[key], globalThis));
    });
    assert.equal(names.length, 78);
    assert.deepEqual(missing, []);
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
