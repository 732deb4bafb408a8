// console: that no value makes it throw; what it prints is checked where the log is.
import { assert, describe, it } from "edge-run:test";

describe("console", () => {
  it("prints whatever it is given", () => {
    const circular = { name: "x" };
    circular.self = circular;
    const hostile = { get [Symbol.toStringTag]() { return "x"; } };
    console.debug("%s %d %i %f %j %o %O %c%%", "a", 1.5, 1.5, "2.5", { a: 1 }, [1], { b: 2 }, "css", circular,
      hostile);
    console.debug(new Map([[{ a: 1 }, new Set([1])]]), new Error("e", { cause: 1 }), Object.create(null),
      Symbol("s"), 1n, -0);
    console.debug(new Request("https://a/"), new Response("x"), new Headers({ a: "b" }), new URL("https://a/"),
      class A extends Map {});
    console.debug(new Uint8Array(200), new ArrayBuffer(3), [, 1], new Date(NaN), /x/g, () => 1, Promise.resolve());
  });
  it("does not read a body that it prints", () => {
    const response = new Response("x");
    console.debug(response);
    assert.isFalse(response.bodyUsed);
  });
  it("has counters, timers, groups and tables", () => {
    console.group("group");
    console.count();
    console.countReset();
    console.time("t");
    console.timeLog("t", 1);
    console.timeEnd("t");
    console.timeEnd("unknown");
    console.table([{ a: 1 }, { b: 2 }, 3]);
    console.table(5);
    console.assert(true);
    console.trace("here");
    console.groupEnd();
    console.groupEnd();
  });
});
