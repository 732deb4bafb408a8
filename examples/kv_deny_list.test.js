// kv_deny_list.js, with a namespace that is a Map.
import { assert, beforeEach, cert, cf, describe, it } from "edge-run:test";
import policy from "./kv_deny_list.js";

const admin = cert({ subject: { CN: "admin" } });
const alice = cert({ subject: { CN: "alice" } });
let keys;

function env() {
  const DENIED = {
    get: async (key) => keys.get(key) ?? null,
    put: async (key, value) => void keys.set(key, value),
    delete: async (key) => void keys.delete(key),
  };
  return { DENIED, ADMIN: admin.sha256 };
}

async function answer(client, path = "/", method = "GET") {
  const request = new Request(`https://example.com${path}`, { method, cf: cf(client) });
  const response = await policy.fetch(request, env());
  return `${response.status} ${(await response.text()).trim()}`;
}

describe("kv_deny_list.js", () => {
  beforeEach(() => { keys = new Map(); });
  it("refuses a client without a certificate", async () => {
    assert.equal(await answer(undefined), "403 client certificate required");
  });
  it("lets nobody but the administrator deny", async () => {
    assert.equal(await answer(alice, `/deny/${admin.sha256}`, "PUT"), "403 administrators only");
  });
  it("refuses a client from the moment the administrator denies it", async () => {
    assert.equal(await answer(alice), "200 welcome");
    assert.equal(await answer(admin, `/deny/${alice.sha256}`, "PUT"), "200 done");
    assert.equal(await answer(alice), "403 denied");
    assert.equal(await answer(admin, `/deny/${alice.sha256}`, "DELETE"), "200 done");
    assert.equal(await answer(alice), "200 welcome");
  });
  it("takes nothing but fingerprints", async () => {
    assert.equal(await answer(admin, "/deny/everybody", "PUT"), "400 not a SHA-256 fingerprint");
  });
});
