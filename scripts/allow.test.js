// Whom allow.js refuses and passes on.
import { assert, cert, cf, crl, describe, it } from "edge-run:test";
import policy from "./allow.js";

const alice = cert({ subject: { CN: "alice" } });
const bob = cert({ subject: { CN: "bob" } });

async function answer(facts, ALLOWED) {
  try {
    const response = await policy.fetch(new Request("https://example.com/", { cf: facts }), { ALLOWED });
    return `${response.status} ${(await response.text()).trim()}`;
  } catch (error) {
    return error.message;
  }
}
const passed = /there is no network here/; // fetch(request) was reached

describe("allow.js", () => {
  it("refuses a client without a certificate", async () => {
    assert.equal(await answer(cf(), alice.sha256), "403 client certificate required");
  });
  it("refuses a client that is not on the list", async () => {
    assert.equal(await answer(cf(bob), alice.sha256), "403 client not on the list");
  });
  it("refuses everybody when there is no list", async () => {
    assert.equal(await answer(cf(alice), undefined), "403 client not on the list");
  });
  it("refuses a listed client once it is revoked", async () => {
    assert.equal(await answer(cf(alice, { crl: crl([alice]) }), alice.sha256), "403 client certificate not trusted");
  });
  it("passes a listed client on", async () => {
    assert.match(await answer(cf(alice), `${bob.sha256}, ${alice.sha256}`), passed);
  });
  it("takes fingerprints in upper case and with colons", async () => {
    const colons = alice.sha256.toUpperCase().match(/../g).join(":");
    assert.match(await answer(cf(alice), colons), passed);
  });
});
