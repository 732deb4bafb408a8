// How a handler's answers, exceptions and nonsense become responses (T85, T87).
import { assert, cert, cf, describe, it, SELF } from "edge-run:test";

const ask = (path, init) => SELF.fetch(`https://example.com${path}`, init);

describe("the dispatcher", () => {
  for (const path of ["/throws", "/rejects", "/headers", "/unknown"]) {
    it(`T85: answers 500 when the handler throws: ${path}`, async () => {
      const response = await ask(path);
      assert.equal(response.status, 500);
      assert.notInclude(await response.text(), "thrown by the policy");
    });
  }
  for (const path of ["/nothing", "/number", "/look-alike", "/error", "/used"]) {
    it(`T87: answers 500 when the handler returns no usable Response: ${path}`, async () => {
      assert.equal((await ask(path)).status, 500);
    });
  }
  it("gives the handler's Response to the client", async () => {
    const response = await ask("/text");
    assert.deepEqual([response.status, response.headers.get("x-case"), await response.text()], [200, "Kept", "text"]);
  });
  it("answers in spite of a waitUntil() that fails", async () => {
    assert.equal(await (await ask("/wait-until")).text(), "ok");
  });
  it("gives the handler headers that cannot be changed, and redirect: manual", async () => {
    assert.equal((await ask("/headers")).status, 500);
    assert.equal(await (await ask("/redirect-mode")).text(), "manual");
  });
  it("hands over the body", async () => {
    const response = await ask("/echo", { method: "POST", body: "hello", headers: { "X-A": "1" } });
    assert.deepEqual([response.headers.get("x-a"), await response.text()], ["1", "hello"]);
  });
  it("hands over the facts of a client without a certificate where a test gives none", async () => {
    assert.equal((await (await ask("/cf")).json()).tlsClientAuth.certVerified, "NONE");
  });
  it("hands over the client's facts", async () => {
    const facts = await (await ask("/cf", { cf: cf(cert()) })).json();
    assert.equal(facts.tlsClientAuth.certVerified, "SUCCESS");
  });
});
