// Tests as people write them: the bytecode of what they run of the test library is kept in the program.
import { afterEach, assert, beforeEach, ca, cert, cf, crl, describe, expect, it, test } from "edge-run:test";

const policy = {
  fetch(request) {
    const client = request.cf.tlsClientAuth.cert;
    return client.ok ? Response.json({ sha256: client.sha256 }) : new Response(client.state, { status: 403 });
  },
};

function ask(facts, path = "/") {
  return policy.fetch(new Request("https://example.com" + path, { cf: facts }));
}

describe("a policy", () => {
  const alice = cert({ subject: { CN: "alice", O: "Example" }, san: { dns: ["alice.example.com"] } });
  const answers = [];
  beforeEach(() => { answers.length = 0; });
  afterEach(() => assert.ok(answers.length > 0));

  it.each([
    ["none", cf()],
    ["failed", cf(cert({ issuer: ca({ subject: { CN: "Some CA" } }) }))],
    ["revoked", cf(alice, { crl: crl([alice]) })],
  ])("refuses a client whose certificate is %s", async (state, facts) => {
    answers.push(ask(facts));
    assert.equal(answers[0].status, 403);
    expect(await answers[0].text()).toContain(state);
  });
  it("lets in a good one", async () => {
    answers.push(ask(cf(alice)));
    expect(answers[0].status).toBe(200);
    expect(await answers[0].json()).toEqual({ sha256: expect.any(String) });
    assert.deepEqual(answers.map((answer) => answer.status), [200]);
  });
});

test("failures are caught, promises awaited", async () => {
  expect(() => { throw new TypeError("no"); }).toThrow("no");
  expect(() => expect(1).toBe(2)).toThrow();
  await expect(Promise.resolve({ one: [1] })).resolves.toMatchObject({ one: [1] });
  await expect(Promise.reject(new Error("no"))).rejects.toThrow("no");
  expect(null).not.toBe(undefined);
  expect([1, 2]).toHaveLength(2);
  expect(undefined).toBeUndefined();
  expect(1).toBeTruthy();
});
