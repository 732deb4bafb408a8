// Whom the gate of access.js refuses, whom it passes on, and with what token.
import {
  afterEach, beforeAll, beforeEach, ca, cert, cf, crl, describe, expect, fetchMock, it, vi,
} from "edge-run:test";
import { isBoundToCertificate, certificateThumbprint } from "./access/certificate_binding.js";
import { gate } from "./access/gate.js";

const issuer = "https://team.example.com";
const aud = (digit) => digit.repeat(64);
const secret = "0123456789abcdef-ci";
const royal = cert({ subject: { O: "Access", CN: "James Royal" } });
const other = cert({ subject: { O: "Access", CN: "Other" } });
const policy = (decision, include, more = {}) => ({ decision, include, ...more });
const name = (common_name) => ({ common_name: { common_name } });
const everyone = { everyone: {} };
const valid = { certificate: {} };

let keys;
let origin; // the last request that reached it
let fresh; // a key that nobody knows

async function privateKey() {
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048 };
  const algorithm = { ...rsa, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return JSON.stringify(await crypto.subtle.exportKey("jwk", pair.privateKey));
}

beforeAll(async () => {
  keys = [await privateKey(), await privateKey()];
  fresh = await privateKey();
});
beforeEach(() => {
  origin = undefined;
  fetchMock.use(async (request) => {
    origin = request;
    return new Response("from the origin", { headers: { "Set-Cookie": "own=1" } });
  });
});
afterEach(() => vi.useRealTimers());

const secrets = (more = {}) => ({ ACCESS_SIGNING_KEY: keys[0], CI_SECRET: secret, ...more });
const rules = (policies, more = {}) => ({
  team_domain: issuer,
  service_tokens: [{ id: "ci", client_id: "ci.access", secret: "CI_SECRET" }],
  applications: [{ name: "all", domain: "example.com", aud: aud("a"), policies, ...more }],
});

/// {status, cookie, token, claims} of a request to the gate of `rules`.
async function ask(rules, { client, path = "/", headers = {}, ip = "203.0.113.9", facts, env = secrets() } = {}) {
  const handler = rules.fetch ? rules : await gate(rules, env);
  const request = new Request(`https://example.com${path}`, {
    headers: { "CF-Connecting-IP": ip, ...headers }, cf: facts ?? cf(client ?? "none"),
  });
  const response = await handler.fetch(request);
  const cookie = response.headers.getSetCookie().find((one) => one.startsWith("CF_Authorization="));
  const token = origin?.headers.get("Cf-Access-Jwt-Assertion") ?? undefined;
  const claims = token && JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  return { status: response.status, cookie, token, claims, response };
}
const status = async (...args) => (await ask(...args)).status;

describe("access.js: who is refused", () => {
  const ours = rules([policy("non_identity", [name("James Royal")])]);

  it("refuses a client without a certificate, and the origin hears nothing of it", async () => {
    const { status, response, cookie } = await ask(ours);
    expect(status).toBe(403);
    expect(cookie).toBeUndefined();
    expect(origin).toBeUndefined();
    expect(await response.text()).toBe("Forbidden\n");
  });
  it("refuses a foreign, an expired and a revoked certificate of the right name", async () => {
    const foreign = cert({ subject: { CN: "James Royal" }, issuer: ca({ subject: { CN: "Some CA" } }) });
    const old = cert({ subject: { CN: "James Royal" }, notBefore: "2020-01-01", notAfter: "2021-01-01" });
    expect(await status(ours, { client: foreign })).toBe(403);
    expect(await status(ours, { client: old })).toBe(403);
    expect(await status(ours, { facts: cf(royal, { crl: crl([royal]) }) })).toBe(403);
  });
  it("refuses a client that only an expired list speaks for", async () => {
    const stale = crl([], { thisUpdate: "2020-01-01", nextUpdate: "2020-02-01" });
    expect(await status(ours, { facts: cf(royal, { crl: stale }) })).toBe(403);
  });
  it("T32: refuses a certificate with two common names, whichever is asked for", async () => {
    const two = cert({ subject: { CN: ["James Royal", "admin"] } });
    expect(await status(ours, { client: two })).toBe(403);
    expect(await status(rules([policy("non_identity", [name("admin")])]), { client: two })).toBe(403);
  });
  it("T81: names of Object.prototype are names like others", async () => {
    for (const CN of ["constructor", "__proto__", "toString"])
      expect(await status(ours, { client: cert({ subject: { CN } }) })).toBe(403);
  });
  it("refuses with 401 where the application wants that of its Service Auth policies", async () => {
    const wanted = rules([policy("non_identity", [valid])], { service_auth_401_redirect: true });
    const { status, response } = await ask(wanted);
    expect(status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toContain(issuer);
  });
  it("refuses what no application is for", async () => {
    const elsewhere = rules([policy("bypass", [everyone])], { domain: "example.com/public" });
    expect(await status(elsewhere, { path: "/" })).toBe(403);
    expect(await status(elsewhere, { path: "/publicity" })).toBe(403);
    expect(await status(elsewhere, { path: "/public" })).toBe(200);
    expect(await status(elsewhere, { path: "/public/a" })).toBe(200);
  });
  it("refuses everybody when no policy matches", async () => {
    expect(await status(rules([policy("allow", [name("Nobody")])]), { client: royal })).toBe(403);
  });
});

describe("access.js: the order of policies", () => {
  it("asks Service Auth and Bypass before Allow and Block, whatever their precedence", async () => {
    const deny = policy("deny", [everyone], { precedence: 1 });
    const mixed = [deny, policy("bypass", [name("James Royal")], { precedence: 9 })];
    expect(await status(rules(mixed), { client: royal })).toBe(200);
    expect(await status(rules(mixed), { client: other })).toBe(403);
  });
  it("takes the lowest precedence of one kind first, in whatever order they are written", async () => {
    const deny = policy("deny", [name("James Royal")], { precedence: 1 });
    const allow = policy("allow", [valid], { precedence: 2 });
    expect(await status(rules([allow, deny]), { client: royal })).toBe(403);
    expect(await status(rules([allow, deny]), { client: other })).toBe(200);
    expect(await status(rules([{ ...deny, precedence: 3 }, allow]), { client: royal })).toBe(200);
  });
  it("include is or, require is and, exclude is not", async () => {
    const ip = (network) => ({ ip: { ip: network } });
    const more = { require: [ip("10.0.0.0/8"), valid], exclude: [ip("10.9.0.0/16")] };
    const one = policy("non_identity", [name("Nobody"), valid], more);
    expect(await status(rules([one]), { client: royal, ip: "10.1.2.3" })).toBe(200);
    expect(await status(rules([one]), { client: royal, ip: "10.9.2.3" })).toBe(403);
    expect(await status(rules([one]), { client: royal, ip: "11.1.2.3" })).toBe(403);
    expect(await status(rules([one]), { ip: "10.1.2.3" })).toBe(403);
  });
  it("Allow wants an identity even for everyone; Service Auth does not", async () => {
    expect(await status(rules([policy("allow", [everyone])]))).toBe(403);
    expect(await status(rules([policy("allow", [everyone])]), { client: other })).toBe(200);
    expect(await status(rules([policy("non_identity", [everyone])]))).toBe(200);
  });
  it("addresses of IPv6 and of IPv4 in its clothes are within their networks", async () => {
    const within = (network, ip) => status(rules([policy("bypass", [{ ip: { ip: network } }])]), { ip });
    expect(await within("2001:db8::/32", "2001:db8:ffff::1")).toBe(200);
    expect(await within("2001:db8::/32", "2001:db9::1")).toBe(403);
    expect(await within("10.0.0.0/8", "::ffff:10.1.1.1")).toBe(200);
    expect(await within("::/0", "10.1.1.1")).toBe(403);
    expect(await within("0.0.0.0/0", "::1")).toBe(403);
    expect(await within("192.0.2.7", "192.0.2.7")).toBe(200);
    expect(await within("192.0.2.7", "192.0.2.70")).toBe(403);
    expect(await within("10.0.0.0/8", "10.0.0.300")).toBe(403);
  });
});

describe("access.js: applications", () => {
  const app = (domain, digit, policies) => ({ name: domain, domain, aud: aud(digit), policies });
  const site = {
    ...rules([]),
    applications: [
      app("example.com", "a", [policy("bypass", [everyone])]),
      app("example.com/admin", "b", [policy("non_identity", [name("James Royal")])]),
      app("example.com/admin/public", "c", [policy("bypass", [everyone])]),
      app("example.com/*/reports", "d", [policy("non_identity", [valid])]),
      app("*.example.com", "e", [policy("deny", [everyone])]),
    ],
  };
  it("the most specific path decides", async () => {
    for (const [path, expected] of [
      ["/", 200], ["/admin", 403], ["/admin/", 403], ["/admin/x", 403], ["/administration", 200],
      ["/admin/public", 200], ["/admin/public/x", 200], ["/eu/reports", 403], ["/eu/reporting", 200],
    ]) expect([path, await status(site, { path })]).toEqual([path, expected]);
  });
  it("a literal segment is more specific than a wildcard", async () => {
    const literal = app("example.com/eu/reports", "f", [policy("bypass", [everyone])]);
    const both = { ...site, applications: [...site.applications, literal] };
    expect(await status(both, { path: "/eu/reports" })).toBe(200);
    expect(await status(both, { path: "/us/reports" })).toBe(403);
  });
  it("T12: a path that origins read in several ways is refused when that matters", async () => {
    for (const path of [
      "/%61dmin", "/ADMIN", "//admin", "/x/..%2fadmin", "/x%2f..%2fadmin", "/admin%2f", "/admin;x", "/%2561dmin",
      "/x\\..\\admin", "/admin%5cx", "/admin%00", "/admin/public/..%2fx", "/admin/public;/../x", "/./admin",
    ]) expect([path, await status(site, { path })]).toEqual([path, 403]);
    for (const path of ["/%62log", "/Blog//a", "/a%20b;c"])
      expect([path, await status(site, { path })]).toEqual([path, 200]);
  });
  it("a name before a wildcard, and the name itself is not in its wildcard", async () => {
    const handler = await gate(site, secrets());
    const to = async (host) => (await handler.fetch(new Request(`https://${host}/`, { cf: cf("none") }))).status;
    expect(await to("example.com")).toBe(200);
    expect(await to("a.example.com")).toBe(403);
    expect(await to("example.org")).toBe(403);
  });
});

describe("access.js: tokens", () => {
  const ours = rules([policy("non_identity", [name("James Royal")])]);

  it("gives a good client a cookie, and the origin the same token", async () => {
    const { status, cookie, token, claims, response } = await ask(ours, { client: royal });
    expect(status).toBe(200);
    expect(cookie).toBe(`CF_Authorization=${token}; Path=/; Max-Age=86400; Secure; SameSite=Lax; HttpOnly`);
    expect(response.headers.getSetCookie()).toContain("own=1");
    expect(claims).toMatchObject({ type: "app", aud: [aud("a")], iss: issuer, common_name: "James Royal", sub: "" });
    expect(claims.exp - claims.iat).toBe(86400);
    expect(claims.cnf["x5t#S256"]).toBe(certificateThumbprint(cf(royal).tlsClientAuth));
  });
  it("the cookie is as the application wants it", async () => {
    const changed = rules([policy("non_identity", [valid])], {
      domain: "example.com/a/*/b", session_duration: "30m", same_site_cookie_attribute: "none",
      http_only_cookie_attribute: false, path_cookie_attribute: true,
    });
    const { cookie, token } = await ask(changed, { client: royal, path: "/a/x/b/c" });
    expect(cookie).toBe(`CF_Authorization=${token}; Path=/a; Max-Age=1800; Secure; SameSite=None`);
  });
  it("the cookie of the same client is used again", async () => {
    const handler = await gate(ours, secrets());
    const first = await ask(handler, { client: royal });
    const again = await ask(handler, { client: royal, headers: { Cookie: `a=b; CF_Authorization=${first.token}` } });
    expect(again.status).toBe(200);
    expect(again.token).toBe(first.token);
    expect(again.cookie).toBeUndefined();
  });
  it("a cookie does not help a client without a certificate, with another one, or with a revoked one", async () => {
    const { token } = await ask(ours, { client: royal });
    const headers = { Cookie: `CF_Authorization=${token}` };
    expect(await status(ours, { headers })).toBe(403);
    expect(await status(ours, { client: other, headers })).toBe(403);
    expect(await status(ours, { facts: cf(royal, { crl: crl([royal]) }), headers })).toBe(403);
  });
  it("another certificate of the same name gets a token of its own", async () => {
    const { token } = await ask(ours, { client: royal });
    const twin = cert({ subject: { CN: "James Royal" } });
    const answer = await ask(ours, { client: twin, headers: { Cookie: `CF_Authorization=${token}` } });
    expect(answer.status).toBe(200);
    expect(answer.cookie).toBeDefined();
    expect(answer.token).not.toBe(token);
  });
  it("a token of another application, an old one, a changed one and a forged one are none", async () => {
    const second = { ...ours.applications[0], domain: "example.com/b", aud: aud("b") };
    const handler = await gate({ ...ours, applications: [...ours.applications, second] }, secrets());
    const { token } = await ask(handler, { client: royal });
    const replaced = async (value, path = "/") => {
      const { cookie } = await ask(handler, { client: royal, path, headers: { Cookie: `CF_Authorization=${value}` } });
      return cookie !== undefined;
    };
    expect(await replaced(token)).toBe(false);
    expect(await replaced(token, "/b")).toBe(true);
    const [head, body, signature] = token.split(".");
    const none = btoa(JSON.stringify({ alg: "none", typ: "JWT" })).replaceAll("=", "");
    for (const value of [
      `${head}.${body}.`, `${none}.${body}.`, `${head}.${body}x.${signature}`, `${token}.x`, "x", "..",
      `${head}.${body}`,
    ]) expect([value, await replaced(value)]).toEqual([value, true]);
    const foreign = await ask(ours, { client: royal, env: secrets({ ACCESS_SIGNING_KEY: fresh }) });
    expect(await replaced(foreign.token)).toBe(true);
    vi.useFakeTimers();
    vi.setSystemTime(Date.now() + 86400_000);
    expect(await replaced(token)).toBe(true);
  });
  it("T20: what a client says in the token's header never reaches the origin", async () => {
    const forged = { "Cf-Access-Jwt-Assertion": "forged" };
    const { token } = await ask(ours, { client: royal, headers: forged });
    expect(token.split(".")).toHaveLength(3);
    await ask(rules([policy("bypass", [everyone])]), { headers: forged });
    expect(origin.headers.get("Cf-Access-Jwt-Assertion")).toBeNull();
  });
  it("after a rotation the previous key's tokens are good, and those of the one before are not", async () => {
    const { token } = await ask(ours, { client: royal, env: secrets({ ACCESS_SIGNING_KEY: keys[1] }) });
    const headers = { Cookie: `CF_Authorization=${token}` };
    const rotated = await ask(ours, { client: royal, headers, env: secrets({ ACCESS_PREVIOUS_SIGNING_KEY: keys[1] }) });
    expect(rotated.cookie).toBeUndefined();
    expect((await ask(ours, { client: royal, headers })).cookie).toBeDefined();
  });
  it("publishes both keys, with certificates that hold them, and nothing private", async () => {
    const env = secrets({ ACCESS_PREVIOUS_SIGNING_KEY: keys[1] });
    const { response } = await ask(ours, { path: "/cdn-cgi/access/certs", env });
    const text = await response.text();
    const set = JSON.parse(text);
    const members = ["alg", "e", "kid", "kty", "n", "use"];
    expect(set.keys.map((key) => Object.keys(key).sort())).toEqual([members, members]);
    expect(set.keys[0]).toMatchObject({ kty: "RSA", alg: "RS256", use: "sig", e: "AQAB", n: JSON.parse(keys[0]).n });
    expect(set.keys.every(({ kid }) => /^[0-9a-f]{64}$/.test(kid))).toBe(true);
    expect(set.public_certs.map(({ kid }) => kid)).toEqual(set.keys.map(({ kid }) => kid));
    expect(set.public_cert).toEqual(set.public_certs[0]);
    expect(set.public_cert.cert).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect(text).not.toContain(JSON.parse(keys[0]).d);
    expect(await status(ours, { path: "/cdn-cgi/access/other" })).toBe(404);
  });
});

describe("access.js: service tokens", () => {
  const ours = rules([policy("non_identity", [{ service_token: { token_id: "ci" } }])]);
  const token = (id, value) => ({ "CF-Access-Client-Id": id, "CF-Access-Client-Secret": value });

  it("refuses a wrong secret, an unknown id and a token without its secret", async () => {
    expect(await status(ours, { headers: token("ci.access", `${secret}x`) })).toBe(403);
    expect(await status(ours, { headers: token("ci.access", secret.slice(1)) })).toBe(403);
    expect(await status(ours, { headers: token("no.access", secret) })).toBe(403);
    expect(await status(ours, { headers: token("no.access", "") })).toBe(403);
    expect(await status(ours, { headers: { "CF-Access-Client-Id": "ci.access" } })).toBe(403);
  });
  it("lets in who knows the secret, which the origin does not see", async () => {
    const { status, claims, cookie } = await ask(ours, { headers: token("ci.access", secret) });
    expect(status).toBe(200);
    expect(claims).toMatchObject({ common_name: "ci.access", sub: "" });
    expect(claims.cnf).toBeUndefined();
    expect(cookie).toBeDefined();
    expect([...origin.headers.keys()].filter((key) => key.startsWith("cf-access-client"))).toEqual([]);
  });
  it("the cookie stands for the token afterwards, without a certificate and without another secret", async () => {
    const first = await ask(ours, { headers: token("ci.access", secret) });
    const Cookie = `CF_Authorization=${first.token}`;
    expect(await status(ours, { headers: { Cookie } })).toBe(200);
    expect(await status(ours, { headers: { Cookie, ...token("ci.access", "wrong") } })).toBe(403);
    expect(await status(ours, { headers: { Cookie }, client: other })).toBe(403);
  });
  it("any_valid_service_token is any of them", async () => {
    const any = rules([policy("non_identity", [{ any_valid_service_token: {} }])]);
    expect(await status(any, { client: royal })).toBe(403);
    expect(await status(any, { headers: token("ci.access", secret) })).toBe(200);
  });
});

describe("certificate-bound tokens (RFC 8705)", () => {
  const bound = { cnf: { "x5t#S256": certificateThumbprint(cf(royal).tlsClientAuth) } };
  it("are nobody's without the certificate, with another one, and with one that is revoked or failed", () => {
    expect(isBoundToCertificate(bound, cf("none").tlsClientAuth)).toBe(false);
    expect(isBoundToCertificate(bound, cf(other).tlsClientAuth)).toBe(false);
    expect(isBoundToCertificate(bound, cf(royal, { crl: crl([royal]) }).tlsClientAuth)).toBe(false);
    expect(isBoundToCertificate(bound, undefined)).toBe(false);
    for (const claims of [
      {}, undefined, { cnf: {} }, { cnf: null }, { cnf: { "x5t#S256": 5 } }, { cnf: { "x5t#S256": "" } },
    ]) expect(isBoundToCertificate(claims, cf(royal).tlsClientAuth)).toBe(false);
  });
  it("are the client's whose certificate they name", () => {
    expect(isBoundToCertificate(bound, cf(royal).tlsClientAuth)).toBe(true);
  });
});
