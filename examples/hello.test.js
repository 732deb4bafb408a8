// hello.js, asked as a client would.
import { assert, cert, cf, crl, describe, it, SELF } from "edge-run:test";

const alice = cert({ subject: { CN: "alice" } });
const ask = async (facts) => (await SELF.fetch("https://example.com/", { cf: facts })).text();

describe("hello.js", () => {
  it("asks for a certificate", async () => assert.match(await ask(cf()), /Who are you/));
  it("refuses a revoked one", async () => assert.match(await ask(cf(alice, { crl: crl([alice]) })), /revoked/));
  it("greets a good client", async () => assert.equal(await ask(cf(alice)), "Hello CN=alice\n"));
});
