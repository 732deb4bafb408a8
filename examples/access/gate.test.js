// Whom access.json lets in, and where.
import { beforeAll, cert, cf, describe, expect, fetchMock, it } from "edge-run:test";
import { gate } from "../../scripts/access/gate.js";
import rules from "./access.json" with { type: "json" };

const royal = cert({ subject: { CN: "James Royal" } });
const staff = cert({ subject: { CN: "Alice" } });
const secret = "a secret of this test alone";
let handler;

beforeAll(async () => {
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048 };
  const algorithm = { ...rsa, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const key = JSON.stringify(await crypto.subtle.exportKey("jwk", privateKey));
  handler = await gate(rules, { ACCESS_SIGNING_KEY: key, DEPLOY_SECRET: secret });
  fetchMock.use(async () => new Response("from the origin"));
});

async function status(path, client = "none", headers = {}) {
  const request = new Request(`https://app.example.com${path}`, {
    headers: { "CF-Connecting-IP": "10.1.2.3", ...headers }, cf: cf(client),
  });
  return (await handler.fetch(request)).status;
}
const outside = { "CF-Connecting-IP": "203.0.113.9" };

describe("access.json", () => {
  it("the site is for clients with a certificate", async () => {
    expect(await status("/")).toBe(403);
    expect(await status("/", "revoked")).toBe(403);
    expect(await status("/", staff)).toBe(200);
  });
  it("the health check is for the inner network", async () => {
    expect(await status("/healthz", "none", outside)).toBe(403);
    expect(await status("/healthz")).toBe(200);
  });
  it("the administration is for James at his desk, and for deployments", async () => {
    expect(await status("/admin", staff)).toBe(401);
    expect(await status("/admin", royal, outside)).toBe(401);
    expect(await status("/admin", royal)).toBe(200);
    const token = { "CF-Access-Client-Id": "deploy.access", "CF-Access-Client-Secret": secret };
    expect(await status("/admin/release", "none", { ...outside, ...token })).toBe(200);
  });
});
