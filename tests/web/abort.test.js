// AbortController and AbortSignal.
import { assert, describe, expect, it } from "edge-run:test";

describe("AbortSignal", () => {
  it("cannot be constructed", () => {
    expect(() => new AbortSignal()).to.throw(TypeError, "Illegal constructor");
  });
  it("refuses a member of any() that is no signal", () => {
    expect(() => AbortSignal.any([{}])).to.throw(TypeError);
  });
  it("refuses a negative timeout", () => {
    expect(() => AbortSignal.timeout(-1)).to.throw(TypeError);
  });
  it("is aborted with an AbortError where no reason is given", () => {
    const signal = AbortSignal.abort();
    assert.isTrue(signal.aborted);
    assert.equal(signal.reason.name, "AbortError");
    assert.instanceOf(signal.reason, DOMException);
    expect(() => signal.throwIfAborted()).to.throw(DOMException);
  });
  it("aborts with a TimeoutError when the time is over", async () => {
    const signal = AbortSignal.timeout(1);
    assert.isFalse(signal.aborted);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    assert.equal(signal.reason.name, "TimeoutError");
  });
  it("made by any() follows the first of its sources", () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const any = AbortSignal.any([a.signal, AbortSignal.any([b.signal])]);
    let heard = 0;
    any.onabort = () => { heard += 1; };
    b.abort("b");
    a.abort("a");
    assert.equal(any.reason, "b");
    assert.equal(heard, 1);
  });
});

describe("AbortController", () => {
  it("tells its signal once, with the first reason", () => {
    const controller = new AbortController();
    const heard = [];
    controller.signal.addEventListener("abort", (event) => heard.push([event.type,
      event.target === controller.signal]));
    controller.abort("first");
    controller.abort("second");
    assert.equal(controller.signal.reason, "first");
    assert.deepEqual(heard, [["abort", true]]);
  });
});
