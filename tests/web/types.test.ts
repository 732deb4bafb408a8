// Tests may be written in TypeScript.
import { assert, it } from "edge-run:test";

interface Facts {
  readonly serial: string;
  revoked?: boolean;
}

it("strips the types of a test file and keeps its places", () => {
  const facts = { serial: "01" } satisfies Facts;
  const shown = <T extends Facts>(one: T): string => one.serial as string;
  assert.equal(shown(facts), "01");
  assert.match(new Error("here").stack!, /types\.test\.ts:13:16/);
});
