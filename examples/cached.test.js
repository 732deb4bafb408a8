// cached.js: who has asked before is answered from the cache, and nobody else is.
import { afterEach, assert, beforeEach, cert, cf, describe, it } from "edge-run:test";
import policy from "./cached.js";

const alice = cert({ subject: { CN: "alice" } });
const bob = cert({ subject: { CN: "bob" } });
const realFetch = globalThis.fetch;
let asked;

async function answer(client, headers = {}) {
  const waiting = [];
  const request = new Request("https://example.com/list", { cf: cf(client), headers });
  const response = await policy.fetch(request, {}, { waitUntil: (promise) => waiting.push(promise) });
  const text = await response.text();
  await Promise.all(waiting);
  return `${response.status} ${text}`.trim();
}

describe("cached.js", () => {
  beforeEach(() => {
    asked = 0;
    globalThis.fetch = async () => new Response(`answer ${(asked += 1)}`, { headers: { ETag: '"1"' } });
  });
  afterEach(() => { globalThis.fetch = realFetch; });

  it("refuses a client without a certificate", async () => {
    assert.equal(await answer(undefined), "403 client certificate required");
    assert.equal(asked, 0);
  });
  it("asks the origin once for each client", async () => {
    assert.equal(await answer(alice), "200 answer 1");
    assert.equal(await answer(alice), "200 answer 1");
    assert.equal(await answer(bob), "200 answer 2");
  });
  it("tells a client that has it already", async () => {
    assert.equal(await answer(alice, { "If-None-Match": '"1"' }), "304");
  });
});
