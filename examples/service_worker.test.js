// service_worker.js, asked as a client would.
import { assert, cert, cf, describe, it, SELF } from "edge-run:test";

const facts = async (client) => (await SELF.fetch("https://example.com/", { cf: client })).json();

describe("service_worker.js", () => {
  it("tells the 21 facts of a client without a certificate", async () => {
    const auth = await facts(cf());
    assert.lengthOf(Object.keys(auth), 21);
    assert.equal(auth.certVerified, "NONE");
  });
  it("tells whose certificate it is", async () => {
    assert.equal((await facts(cf(cert({ subject: { CN: "alice" } })))).certSubjectDN, "CN=alice");
  });
});
