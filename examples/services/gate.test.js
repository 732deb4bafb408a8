// gate.js with auth.js behind its binding.
import { afterEach, assert, beforeEach, cert, cf, describe, it } from "edge-run:test";
import auth from "./auth.js";
import gate from "./gate.js";

const env = { AUTH: { fetch: async (request) => auth.fetch(request) } };
const ours = cert({ subject: { O: "Example", CN: "alice" } });
const other = cert({ subject: { O: "Other", CN: "eve" } });
const realFetch = globalThis.fetch;

async function answer(client) {
  const response = await gate.fetch(new Request("https://example.com/", { cf: cf(client) }), env);
  return `${response.status} ${(await response.text()).trim()}`;
}

describe("gate.js", () => {
  beforeEach(() => { globalThis.fetch = async () => new Response("from the origin"); });
  afterEach(() => { globalThis.fetch = realFetch; });

  it("refuses whom auth.js refuses, in its words", async () => {
    assert.equal(await answer(undefined), "403 client certificate required");
    assert.equal(await answer(other), "403 not ours");
  });
  it("forwards for others", async () => {
    assert.equal(await answer(ours), "200 from the origin");
  });
});
