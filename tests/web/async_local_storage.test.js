// AsyncLocalStorage: what is stored follows a run's continuations, timers and fetches, and nothing else.
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { assert, describe, it } from "edge-run:test";

const storage = new AsyncLocalStorage();
const other = new AsyncLocalStorage();

describe("AsyncLocalStorage", () => {
  it("has no store outside run()", () => {
    assert.equal(storage.getStore(), undefined);
    storage.run(1, () => {});
    assert.equal(storage.getStore(), undefined);
  });
  it("gives run() its arguments, its result and its exception", () => {
    assert.equal(storage.run("a", (x, y) => storage.getStore() + x + y, "b", "c"), "abc");
    assert.throws(() => storage.run(1, () => { throw new RangeError("mine"); }), RangeError, "mine");
    assert.equal(storage.getStore(), undefined);
  });
  it("nests, and leaves other instances alone", () => {
    storage.run(1, () => other.run(2, () => {
      storage.run(3, () => assert.deepEqual([storage.getStore(), other.getStore()], [3, 2]));
      assert.equal(storage.getStore(), 1);
      storage.exit(() => assert.deepEqual([storage.getStore(), other.getStore()], [undefined, 2]));
    }));
  });
  it("follows await, then() and queueMicrotask()", async () => {
    await storage.run("kept", async () => {
      await null;
      assert.equal(storage.getStore(), "kept");
      await Promise.resolve().then(() => assert.equal(storage.getStore(), "kept"));
      await new Promise((done) => { queueMicrotask(() => done(storage.getStore())); })
        .then((seen) => assert.equal(seen, "kept"));
    });
    assert.equal(storage.getStore(), undefined);
  });
  it("follows timers", async () => {
    const seen = [];
    await new Promise((done) => {
      storage.run("timer", () => setTimeout(() => { seen.push(storage.getStore()); }, 1));
      setTimeout(() => { seen.push(storage.getStore()); done(); }, 5);
    });
    assert.deepEqual(seen, ["timer", undefined]);
  });
  it("keeps runs that overlap apart", async () => {
    const seen = [];
    const one = (name) => storage.run(name, async () => {
      for (let i = 0; i < 3; i++) {
        await new Promise((done) => setTimeout(done, 1));
        seen.push(storage.getStore() === name);
      }
    });
    await Promise.all([one("a"), one("b"), one("c")]);
    assert.deepEqual(seen, Array(9).fill(true));
  });
  it("binds functions and takes snapshots", () => {
    const [bound, snapshot] = storage.run(5, () =>
      [AsyncLocalStorage.bind((x) => [storage.getStore(), x]), AsyncLocalStorage.snapshot()]);
    assert.deepEqual(bound(6), [5, 6]);
    storage.run(7, () => assert.equal(snapshot(() => storage.getStore()), 5));
  });
  it("refuses what Workers do not implement", () => {
    assert.throws(() => storage.enterWith(1), "enterWith");
    assert.throws(() => storage.disable(), "disable");
  });
});

describe("AsyncResource", () => {
  it("runs functions with the storage of its making", () => {
    const resource = storage.run(8, () => new AsyncResource("Query"));
    const receiver = {};
    assert.deepEqual(
      resource.runInAsyncScope(function (x) { return [storage.getStore(), this === receiver, x]; }, receiver, 1),
      [8, true, 1],
    );
    assert.equal(resource.bind(() => storage.getStore())(), 8);
    assert.equal(storage.run(9, () => AsyncResource.bind(() => storage.getStore()))(), 9);
  });
});
