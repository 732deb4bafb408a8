// setTimeout, setInterval and queueMicrotask.
import { assert, describe, expect, it } from "edge-run:test";

describe("setTimeout", () => {
  it("refuses strings of code", () => {
    expect(() => setTimeout("1 + 1", 0)).to.throw(TypeError);
    expect(() => setInterval(undefined, 0)).to.throw(TypeError);
  });
  it("calls back with its arguments, in the order of time", async () => {
    const seen = [];
    await new Promise((resolve) => {
      setTimeout((...values) => { seen.push(values); resolve(); }, 20, 1, 2);
      setTimeout((value) => seen.push(value), 1, "first");
    });
    assert.deepEqual(seen, ["first", [1, 2]]);
  });
  it("does not call back what was cleared", async () => {
    let called = false;
    clearTimeout(setTimeout(() => { called = true; }, 1));
    clearTimeout(undefined);
    clearTimeout(123456);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.isFalse(called);
  });
});

describe("setInterval", () => {
  it("calls back until it is cleared", async () => {
    let count = 0;
    await new Promise((resolve) => {
      const id = setInterval(() => {
        count += 1;
        if (count < 3) return;
        clearInterval(id);
        resolve();
      }, 1);
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(count, 3);
  });
});

describe("queueMicrotask", () => {
  it("refuses what is no function", () => {
    expect(() => queueMicrotask()).to.throw(TypeError);
  });
  it("runs before any timer, and reports what is thrown", async () => {
    const seen = [];
    addEventListener("error", (event) => {
      seen.push(event.error);
      event.preventDefault();
    }, { once: true });
    setTimeout(() => seen.push("timer"), 0);
    queueMicrotask(() => { throw "thrown"; });
    queueMicrotask(() => seen.push("microtask"));
    seen.push("now");
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(seen, ["now", "thrown", "microtask", "timer"]);
  });
});
