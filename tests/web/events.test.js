// Event, EventTarget and the events that carry a value.
import { assert, describe, expect, it } from "edge-run:test";

describe("EventTarget", () => {
  it("refuses what is no event and no listener", () => {
    expect(() => new EventTarget().dispatchEvent({ type: "x" })).to.throw(TypeError);
    expect(() => new EventTarget().addEventListener("x", 5)).to.throw(TypeError);
    expect(() => new EventTarget().addEventListener("x")).to.throw(TypeError);
  });
  it("refuses an event that is being dispatched", () => {
    const target = new EventTarget();
    let error;
    target.addEventListener("x", (event) => {
      try {
        target.dispatchEvent(event);
      } catch (caught) {
        error = caught;
      }
    });
    target.dispatchEvent(new Event("x"));
    assert.equal(error.name, "InvalidStateError");
  });
  it("calls listeners in their order, each once, with the target as this", () => {
    const target = new EventTarget();
    const heard = [];
    const first = function (event) { heard.push(["first", this === target, event.currentTarget === target]); };
    target.addEventListener("x", first);
    target.addEventListener("x", first);
    target.addEventListener("x", { handleEvent(event) { heard.push(["object", event.type]); } });
    assert.isTrue(target.dispatchEvent(new Event("x")));
    assert.deepEqual(heard, [["first", true, true], ["object", "x"]]);
  });
  it("forgets listeners that are removed, called once, or whose signal is aborted", () => {
    const target = new EventTarget();
    const controller = new AbortController();
    let count = 0;
    const listener = () => { count += 1; };
    target.addEventListener("x", listener);
    target.removeEventListener("x", listener);
    target.addEventListener("x", () => { count += 10; }, { once: true });
    target.addEventListener("x", () => { count += 100; }, { signal: controller.signal });
    target.dispatchEvent(new Event("x"));
    controller.abort();
    target.dispatchEvent(new Event("x"));
    assert.equal(count, 110);
  });
  it("goes on after a listener that throws", () => {
    const target = new EventTarget();
    let error = null;
    const onError = (event) => {
      error = event.error;
      event.preventDefault();
    };
    addEventListener("error", onError);
    let heard = false;
    target.addEventListener("x", () => { throw new Error("listener"); });
    target.addEventListener("x", () => { heard = true; });
    target.dispatchEvent(new Event("x"));
    removeEventListener("error", onError);
    assert.isTrue(heard);
    assert.equal(error.message, "listener");
  });
});

describe("Event", () => {
  it("can be cancelled when it is cancelable, and not by passive listeners", () => {
    const target = new EventTarget();
    target.addEventListener("x", (event) => event.preventDefault(), { passive: true });
    assert.isTrue(target.dispatchEvent(new Event("x", { cancelable: true })));
    target.addEventListener("x", (event) => event.preventDefault());
    assert.isTrue(target.dispatchEvent(new Event("x")));
    assert.isFalse(target.dispatchEvent(new Event("x", { cancelable: true })));
  });
  it("stops at stopImmediatePropagation()", () => {
    const target = new EventTarget();
    let heard = 0;
    target.addEventListener("x", (event) => { heard += 1; event.stopImmediatePropagation(); });
    target.addEventListener("x", () => { heard += 1; });
    target.dispatchEvent(new Event("x"));
    assert.equal(heard, 1);
  });
  it("carries values in its kinds", () => {
    assert.equal(new CustomEvent("x", { detail: 5 }).detail, 5);
    assert.isNull(new CustomEvent("x").detail);
    const error = new ErrorEvent("error", { message: "m", lineno: 3, error: 7 });
    assert.deepEqual([error.message, error.lineno, error.error, error.filename], ["m", 3, 7, ""]);
    assert.isFalse(error.isTrusted);
  });
});

describe("the global object", () => {
  it("hears and dispatches events", () => {
    let heard = null;
    addEventListener("custom", (event) => { heard = event.detail; }, { once: true });
    dispatchEvent(new CustomEvent("custom", { detail: 1 }));
    assert.equal(heard, 1);
  });
  it("hears of reportError()", () => {
    let event = null;
    addEventListener("error", (caught) => {
      event = caught;
      caught.preventDefault();
    }, { once: true });
    reportError(new TypeError("reported"));
    assert.equal(event.error.message, "reported");
    assert.equal(event.message, "Uncaught TypeError: reported");
  });
});
