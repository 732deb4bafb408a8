// mtls_fetch.js, with a partner that is a function.
import { assert, cert, cf, it } from "edge-run:test";
import policy from "./mtls_fetch.js";

const alice = cert({ subject: { CN: "alice" } });
const asked = [];
const env = {
  PARTNER_URL: "https://api.partner.example/status",
  PARTNER: {
    async fetch(url, { headers }) {
      asked.push([url, headers["X-Client"]]);
      return new Response("fine\n");
    },
  },
};
const answer = (client) => policy.fetch(new Request("https://example.com/", { cf: cf(client) }), env);

it("asks nobody for a client without a certificate", async () => {
  assert.equal((await answer(undefined)).status, 403);
  assert.deepEqual(asked, []);
});
it("asks the partner, and says for whom", async () => {
  assert.equal(await (await answer(alice)).text(), "fine\n");
  assert.deepEqual(asked, [[env.PARTNER_URL, alice.sha256]]);
});
