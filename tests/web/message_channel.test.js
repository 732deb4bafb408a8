// MessageChannel and MessagePort; scheduler.wait.
import { assert, describe, expect, it } from "edge-run:test";

const next = (port) => new Promise((resolve) => { port.onmessage = resolve; });

describe("MessagePort", () => {
  it("refuses to be made by scripts, and messages that cannot be copied", () => {
    const { port1 } = new MessageChannel();
    expect(() => new MessagePort()).to.throw(TypeError);
    expect(() => port1.postMessage(() => {})).to.throw(DOMException).with.property("name", "DataCloneError");
    expect(() => port1.postMessage(null, [port1])).to.throw(DOMException).with.property("name", "DataCloneError");
  });
  it("carries copies in their order, once it is started", async () => {
    const { port1, port2 } = new MessageChannel();
    const sent = { a: [1] };
    port1.postMessage(sent);
    port1.postMessage("second");
    const first = await next(port2);
    assert.deepEqual(first.data, sent);
    assert.notEqual(first.data, sent);
    assert.equal((await next(port2)).data, "second");
  });
  it("moves buffers and ports", async () => {
    const { port1, port2 } = new MessageChannel();
    const inner = new MessageChannel();
    const buffer = new ArrayBuffer(4);
    port1.postMessage({ buffer, port: inner.port2 }, [buffer, inner.port2]);
    const { data, ports } = await next(port2);
    assert.deepEqual([buffer.byteLength, data.buffer.byteLength], [0, 4]);
    assert.deepEqual(ports, [data.port]);
    inner.port1.postMessage("through");
    assert.equal((await next(data.port)).data, "through");
  });
  it("is silent after close()", async () => {
    const { port1, port2 } = new MessageChannel();
    let heard = 0;
    port2.onmessage = () => { heard += 1; };
    port2.close();
    port1.postMessage("x");
    await scheduler.wait(5);
    assert.equal(heard, 0);
  });
});

describe("scheduler.wait", () => {
  it("ends with the reason of its signal", async () => {
    const controller = new AbortController();
    const waiting = scheduler.wait(60_000, { signal: controller.signal });
    controller.abort("enough");
    assert.equal(await waiting.catch((reason) => reason), "enough");
  });
  it("takes its time", async () => {
    const start = performance.now();
    await scheduler.wait(15);
    assert.isAtLeast(performance.now() - start, 10);
  });
});
