// rate_limited.js, with a limit that lets two pass.
import { assert, cert, cf, it } from "edge-run:test";
import policy from "./rate_limited.js";

const alice = cert({ subject: { CN: "alice" } });
const bob = cert({ subject: { CN: "bob" } });

function limits() {
  const counts = new Map();
  const limit = async ({ key }) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return { success: counts.get(key) <= 2 };
  };
  return { CLIENTS: { limit } };
}
const status = async (client, env) =>
  (await policy.fetch(new Request("https://example.com/", { cf: cf(client) }), env)).status;

it("refuses a client without a certificate before it counts", async () => {
  assert.equal(await status(undefined, {}), 403);
});
it("counts each certificate apart", async () => {
  const env = limits();
  assert.deepEqual([await status(alice, env), await status(alice, env), await status(alice, env)], [200, 200, 429]);
  assert.equal(await status(bob, env), 200);
});
