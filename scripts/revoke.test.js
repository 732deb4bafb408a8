// Whom revoke.js refuses.
import { assert, cert, cf, crl, ca, describe, it } from "edge-run:test";
import policy from "./revoke.js";

const alice = cert({ subject: { CN: "alice" } });

async function answer(facts) {
  const response = await policy.fetch(new Request("https://example.com/", { cf: facts }));
  return `${response.status} ${(await response.text()).trim()}`;
}

describe("revoke.js", () => {
  it("refuses a client without a certificate", async () => {
    assert.equal(await answer(cf()), "403 client certificate required");
  });
  it("refuses a certificate of a CA that is not ours", async () => {
    const mallory = cert({ subject: { CN: "alice" }, issuer: ca({ subject: { CN: "Some CA" } }) });
    assert.equal(await answer(cf(mallory)), "403 client certificate not trusted");
  });
  it("refuses an expired certificate", async () => {
    const old = cert({ subject: { CN: "alice" }, notBefore: "2020-01-01", notAfter: "2021-01-01" });
    assert.equal(await answer(cf(old)), "403 client certificate not trusted");
  });
  it("refuses a revoked certificate", async () => {
    assert.equal(await answer(cf(alice, { crl: crl([alice]) })), "403 client certificate revoked");
  });
  it("refuses a revoked certificate whose serial has its high bit set", async () => {
    const high = cert({ serial: "00936EACBE07F201DF" });
    assert.equal(await answer(cf(high, { crl: crl([high]) })), "403 client certificate revoked");
  });
  it("T51: refuses what an expired list revokes", async () => {
    const stale = crl([alice], { thisUpdate: "2020-01-01", nextUpdate: "2020-02-01" });
    assert.equal(await answer(cf(alice, { crl: stale })), "403 client certificate revoked");
  });
  it("refuses a client that only an expired list speaks for", async () => {
    const stale = crl([], { thisUpdate: "2020-01-01", nextUpdate: "2020-02-01" });
    assert.equal(await answer(cf(alice, { crl: stale })), "403 client certificate cannot be checked");
  });
  it("T35: lets in a client whose serial another CA revoked", async () => {
    const other = ca({ subject: { CN: "Other CA" } });
    const theirs = cert({ serial: "05", issuer: other });
    const ours = cert({ serial: "05" });
    const facts = cf(ours, { trust: [other], crl: [crl([theirs], { issuer: other }), crl([])] });
    assert.equal(facts.tlsClientAuth.cert.state, "verified");
  });
});
