// scheduled.js, with a namespace that is a Map.
import { assert, it } from "edge-run:test";
import job from "./scheduled.js";

function env() {
  const stored = new Map();
  const STATE = {
    get: async (key) => stored.get(key)?.value ?? null,
    getWithMetadata: async (key) => stored.get(key) ?? { value: null, metadata: null },
    put: async (key, value, { metadata }) => void stored.set(key, { value, metadata }),
  };
  return { STATE };
}
const state = async (bindings) => (await job.fetch(new Request("https://example.com/"), bindings)).json();

it("has not run before the first time", async () => {
  assert.deepEqual(await state(env()), { runs: 0, last: null });
});
it("counts its runs, and remembers why the last one was", async () => {
  const bindings = env();
  await job.scheduled({ cron: "*/5 * * * *", scheduledTime: 1 }, bindings);
  await job.scheduled({ cron: "0 * * * *", scheduledTime: 2 }, bindings);
  assert.deepEqual(await state(bindings), { runs: 2, last: { cron: "0 * * * *", time: 2 } });
});
