// cert(), ca(), crl(), revoke() and cf(): clients made in memory.
import { afterEach, ca, cert, cf, crl, describe, expect, it, revoke, vi } from "edge-run:test";

const auth = (...input) => cf(...input).tlsClientAuth;

describe("cf()", () => {
  it.each([
    ["none", "NONE", "0", "none"], ["failed", "FAILED:self signed certificate", "0", "failed"],
    ["expired", "FAILED:certificate has expired", "0", "failed"], ["revoked", "SUCCESS", "1", "revoked"],
    ["verified", "SUCCESS", "0", "verified"],
  ])("makes a client of kind %s", (kind, certVerified, certRevoked, state) => {
    expect(auth(kind)).toMatchObject({ certVerified, certRevoked });
    expect(auth(kind).cert.state).toBe(state);
  });
  it("refuses a kind and an option that it does not know", () => {
    expect(() => cf("good")).toThrow("verified, failed, expired, revoked, none");
    expect(() => cf(cert(), { crls: [] })).toThrow("unknown option 'crls'");
  });
});

describe("cert()", () => {
  it("refuses what it does not know", () => {
    expect(() => cert({ subjects: {} })).toThrow("unknown option 'subjects'");
    expect(() => cert({ ku: "sign" })).toThrow("'sign' is no key usage");
    expect(() => cert({ key: "dsa" })).toThrow("none of");
  });
  it.each(["ec", "rsa", "ed25519"])("has a key of type %s", (key) => {
    expect(auth(cert({ key })).certVerified).toBe("SUCCESS");
  });
  it("has the names, serial, usages and dates that were asked for", () => {
    const client = cert({
      subject: { CN: "alice", O: ["a", "b"] }, san: { dns: "a.example", uri: "spiffe://example/a" }, serial: "0A:FF",
      eku: ["clientAuth", "emailProtection"], notAfter: "2040-01-01",
    });
    const facts = auth(client);
    expect(facts.certSubjectDN).toBe("O=b,O=a,CN=alice");
    expect(facts.certSerial).toBe("0AFF");
    expect(facts.certNotAfter).toBe("Jan  1 00:00:00 2040 GMT");
    expect(facts.cert.san).toMatchObject({ dns: ["a.example"], uri: ["spiffe://example/a"] });
    expect(facts.cert.eku).toEqual(["clientAuth", "emailProtection"]);
  });
  it("carries extensions of one's own", () => {
    const client = cert({ extensions: { "1.3.6.1.4.1.99999.1": new Uint8Array([4, 1, 7]) } });
    expect(auth(client).cert.extension("1.3.6.1.4.1.99999.1")).toEqual(new Uint8Array([4, 1, 7]));
  });
  it("is not taken for a client's without the usage", () => {
    expect(auth(cert({ eku: "serverAuth" })).certVerified).toMatch(/^FAILED/);
  });
});

describe("a chain", () => {
  const intermediate = ca({ subject: { CN: "Intermediate" }, issuer: ca({ subject: { CN: "Root" } }) });
  const root = intermediate.issuer;
  const client = cert({ issuer: intermediate });
  it("is sent by the client", () => {
    expect(client.chain).toEqual([intermediate]);
    expect(auth(client, { trust: root }).certVerified).toBe("SUCCESS");
  });
  it("can be missing", () => {
    expect(auth(client, { trust: root, sent: [] }).certVerified).toMatch(/^FAILED/);
    expect(auth(cert({ issuer: intermediate, chain: [] }), { trust: root }).certVerified).toMatch(/^FAILED/);
  });
  it("ends at a CA that the site trusts", () => { expect(auth(client).certVerified).toMatch(/^FAILED/); });
});

describe("revoke()", () => {
  it("counts from now on, for each certificate", () => {
    const [alice, bob, carol] = [cert(), cert(), cert()];
    expect(auth(alice).certRevoked).toBe("0");
    expect(auth(revoke(alice)).certRevoked).toBe("1");
    expect(auth(revoke(bob, { reason: "keyCompromise" })).cert.crl.reason).toBe("keyCompromise");
    expect([alice, bob, carol].map((one) => auth(one).certRevoked)).toEqual(["1", "1", "0"]);
  });
  it("refuses what nobody can revoke, and reasons that there are not", () => {
    expect(() => revoke(cert({ issuer: "self" }))).toThrow("nobody can revoke");
    expect(() => revoke(cert(), { reason: "bored" })).toThrow("keyCompromise");
  });
});

describe("crl()", () => {
  it("is there as DER and PEM, for bindings that read lists", () => {
    const list = crl(["05"]);
    expect(list.der[0]).toBe(0x30);
    expect(list.pem).toMatch(/^-----BEGIN X509 CRL-----/);
  });
});

describe("the fake clock", () => {
  afterEach(() => { vi.useRealTimers(); });
  it("is what certificates are verified by", () => {
    const client = cert({ notAfter: "2030-01-01" });
    expect(auth(client).certVerified).toBe("SUCCESS");
    vi.setSystemTime("2030-01-02");
    expect(auth(client).certVerified).toMatch(/^FAILED/);
  });
});
