// What forward.js tells the origin.
import { assert, cert, cf, describe, it } from "edge-run:test";
import policy from "./forward.js";

const alice = cert({ subject: { C: "US", O: "Example, Inc.", CN: "alice" }, serial: "00936EACBE07F201DF" });

// The headers of the request that the policy sends on, caught in place of the origin.
async function forwarded(request) {
  const original = globalThis.fetch;
  let sent;
  globalThis.fetch = async (subrequest) => {
    sent = subrequest;
    return new Response("from the origin");
  };
  try {
    const response = await policy.fetch(request);
    return { status: response.status, headers: sent?.headers };
  } finally {
    globalThis.fetch = original;
  }
}

describe("forward.js", () => {
  it("sends nothing on for a client without a certificate", async () => {
    const { status, headers } = await forwarded(new Request("https://example.com/", { cf: cf() }));
    assert.equal(status, 403);
    assert.isUndefined(headers);
  });
  it("sets the nine headers from the certificate", async () => {
    const { headers } = await forwarded(new Request("https://example.com/", { cf: cf(alice) }));
    const auth = cf(alice).tlsClientAuth;
    assert.equal(headers.get("X-CERT-SUBJECT-DN"), "CN=alice,O=Example\\, Inc.,C=US");
    assert.equal(headers.get("X-CERT-SUBJECT-DN-L"), "/C=US/O=Example, Inc./CN=alice");
    assert.equal(headers.get("X-CERT-ISSUER-DN"), auth.certIssuerDN);
    assert.equal(headers.get("X-CERT-ISSUER-DN-L"), auth.certIssuerDNLegacy);
    assert.equal(headers.get("X-CERT-SERIAL"), "00936EACBE07F201DF");
    assert.equal(headers.get("X-CERT-FINGER"), auth.certFingerprintSHA1);
    assert.equal(headers.get("X-CERT-VERIFY"), "SUCCESS");
    assert.equal(headers.get("X-CERT-NOTBE"), auth.certNotBefore);
    assert.equal(headers.get("X-CERT-NOTAF"), auth.certNotAfter);
  });
  it("T22: replaces what the request claims under these names", async () => {
    const claims = { "X-Cert-Subject-DN": "CN=admin" };
    const { headers } = await forwarded(new Request("https://example.com/", { cf: cf(alice), headers: claims }));
    assert.equal(headers.get("X-CERT-SUBJECT-DN"), "CN=alice,O=Example\\, Inc.,C=US");
  });
});
