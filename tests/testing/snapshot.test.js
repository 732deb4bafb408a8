// Snapshots: kept in __snapshots__ beside this file, and in it.
import { describe, expect, it } from "edge-run:test";

describe("snapshots", () => {
  it("match what is kept", () => {
    expect({ name: "alice", roles: ["admin"] }).toMatchSnapshot();
    expect("second").toMatchSnapshot("named");
  });
  it("leave out what differs each time", () => {
    expect({ id: Math.random(), name: "bob" }).toMatchSnapshot({ id: expect.any(Number) });
  });
  it("stand in the test", () => {
    expect([1, { two: 2 }]).toMatchInlineSnapshot(`
      [
        1,
        {
          "two": 2,
        },
      ]
    `);
    expect(() => { throw new TypeError("no"); }).toThrowErrorMatchingInlineSnapshot(`[TypeError: no]`);
  });
});
