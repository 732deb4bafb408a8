// What "edge-run:test" offers to tests: matchers, mocks, clocks, hooks. Imported as tests for vitest do.
import {
  afterEach, assert, beforeAll, beforeEach, chai, describe, expect, it, onTestFinished, test, vi,
} from "vitest";

const failing = (body) => {
  try {
    body();
  } catch (error) {
    return error.message;
  }
  throw new Error("it did not fail");
};

describe("expect", () => {
  it("fails with both values in its message", () => {
    expect(failing(() => expect({ a: 1 }).toEqual({ a: 2 }))).toContain("to deeply equal");
    expect(failing(() => expect(1).toBe(2))).toBe("expected 1 to be 2 // Object.is equality");
    expect(failing(() => expect([]).not.toEqual([]))).toContain("to not deeply equal");
  });
  it("tells equality from strict equality", () => {
    expect({ a: undefined }).toEqual({});
    expect({ a: undefined }).not.toStrictEqual({});
    expect({ a: { b: 1, c: 2 } }).toMatchObject({ a: { b: 1 } });
  });
  it("takes asymmetric matchers", () => {
    expect({ id: "x1", at: new Date(0) }).toEqual({ id: expect.stringMatching(/^x/), at: expect.any(Date) });
    expect([3, 1, 2]).toEqual(expect.arrayContaining([1, 2]));
  });
  it("looks into promises", async () => {
    await expect(Promise.resolve(1)).resolves.toBe(1);
    await expect(Promise.reject(new TypeError("no"))).rejects.toThrow(TypeError);
    await expect(expect(Promise.resolve(1)).rejects.toThrow()).rejects.toThrow(/resolved/);
  });
  it("reads thrown errors", () => {
    expect(() => { throw new RangeError("too far"); }).toThrow("too far");
    expect(() => { throw new RangeError("too far"); }).toThrowError(RangeError);
    expect(failing(() => expect(() => {}).toThrow())).toContain("to throw");
  });
  it("has matchers of the test's own", () => {
    expect.extend({ toBeEven: (value) => ({ pass: value % 2 === 0, message: () => `${value} is odd` }) });
    expect(2).toBeEven();
    expect(failing(() => expect(3).toBeEven())).toBe("3 is odd");
  });
  it("polls until a matcher holds", async () => {
    let count = 0;
    await expect.poll(() => (count += 1), { interval: 1 }).toBe(3);
    await expect(expect.poll(() => 1, { interval: 1, timeout: 5 }).not.toBe(1)).rejects.toThrow("not to be 1");
  });
  it("is chai's, too", () => {
    assert.deepEqual([1], [1]);
    expect([1, 2]).to.include(2);
    chai.expect(1).to.equal(1);
  });
  it.fails("counts assertions", () => {
    expect.assertions(2);
    expect(1).toBe(1);
  });
  it.fails("knows a failure that goes on", () => {
    expect.soft(1).toBe(2);
  });
  it("is part of a test's context", ({ expect: own, task }) => {
    own.assertions(1);
    own(task.name).toBe("is part of a test's context");
  });
});

describe("mock functions", () => {
  afterEach(() => { vi.restoreAllMocks(); });
  it("remember calls", () => {
    const double = vi.fn((value) => value * 2);
    expect(double(2)).toBe(4);
    expect(double).toHaveBeenCalledWith(2);
    expect(double).toHaveBeenCalledTimes(1);
    expect(double).toHaveReturnedWith(4);
    expect(failing(() => expect(double).toHaveBeenCalledWith(3))).toContain("to be called with arguments: [ 3 ]");
  });
  it("answer as told", async () => {
    const answer = vi.fn().mockReturnValueOnce(1).mockResolvedValueOnce(2).mockReturnValue(3);
    expect([answer(), await answer(), answer()]).toEqual([1, 2, 3]);
  });
  it("replace methods, and put them back", () => {
    const object = { name: () => "real" };
    vi.spyOn(object, "name").mockReturnValue("fake");
    expect(object.name()).toBe("fake");
    vi.restoreAllMocks();
    expect(object.name()).toBe("real");
  });
  it("replace globals, and put them back", () => {
    const { fetch } = globalThis;
    vi.stubGlobal("fetch", vi.fn());
    expect(globalThis.fetch).not.toBe(fetch);
    vi.unstubAllGlobals();
    expect(globalThis.fetch).toBe(fetch);
  });
  it("do not replace modules, and say so", () => {
    expect(() => vi.mock("./x.js")).toThrow("modules are not replaced");
  });
});

describe("the fake clock", () => {
  afterEach(() => { vi.useRealTimers(); });
  it("stands still until it is told to go on", () => {
    vi.useFakeTimers({ now: new Date("2030-01-01") });
    const late = vi.fn();
    setTimeout(late, 1000);
    vi.advanceTimersByTime(999);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(late).toHaveBeenCalledOnce();
    expect(new Date().toISOString()).toBe("2030-01-01T00:00:01.000Z");
  });
  it("lets promises go on between timers", async () => {
    vi.useFakeTimers();
    const slow = (async () => {
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return "done";
    })();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await slow).toBe("done");
  });
  it("can be the date alone", async () => {
    vi.setSystemTime("2031-05-05");
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(new Date().getUTCFullYear()).toBe(2031);
  });
  it("is not there unless asked for", () => {
    expect(() => vi.advanceTimersByTime(1)).toThrow("vi.useFakeTimers()");
  });
});

describe("tests", () => {
  const order = [];
  beforeAll(() => { order.push("all"); });
  beforeEach(() => {
    order.push("each");
    return () => order.push("cleaned");
  });
  it("have hooks around them", () => { expect(order).toEqual(["all", "each"]); });
  it("are cleaned up by what a hook returns", () => { expect(order).toEqual(["all", "each", "cleaned", "each"]); });
  it.each([[1, 1, 2], [2, 3, 5]])("come in rows: %i + %i = %i", (a, b, sum) => { expect(a + b).toBe(sum); });
  it.each`
    a    | b    | sum
    ${1} | ${2} | ${3}
  `("come in tables: $a + $b = $sum", ({ a, b, sum }) => { expect(a + b).toBe(sum); });
  it.skip("can be left out", () => { throw new Error("it ran"); });
  it.todo("can be announced");
  it("can leave themselves out", ({ skip }) => { skip("for a reason"); });
  it("can be tried again", { retry: 2 }, ({ task }) => { expect(task.result.retryCount).toBe(2); });
  it("clean up after themselves", () => { onTestFinished(() => { order.length = 0; }); });
  test.concurrent("may run at once: one", async () => { await new Promise((resolve) => setTimeout(resolve, 1)); });
  test.concurrent("may run at once: two", async () => { await new Promise((resolve) => setTimeout(resolve, 1)); });
  const withFixture = test.extend({ client: async ({}, use) => { await use("alice"); } });
  withFixture("have fixtures", ({ client }) => { expect(client).toBe("alice"); });
});
