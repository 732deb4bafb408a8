// request.cf and its view of the client's certificate.
import { assert, ca, cert, cf, crl, describe, expect, it } from "edge-run:test";

const names = [
  "certPresented", "certVerified", "certRevoked", "certIssuerDN", "certSubjectDN", "certIssuerDNRFC2253",
  "certSubjectDNRFC2253", "certIssuerDNLegacy", "certSubjectDNLegacy", "certSerial", "certIssuerSerial", "certSKI",
  "certIssuerSKI", "certFingerprintSHA1", "certFingerprintSHA256", "certNotBefore", "certNotAfter", "certRFC9440",
  "certRFC9440TooLarge", "certChainRFC9440", "certChainRFC9440TooLarge",
];

describe("request.cf", () => {
  it("cannot be changed, however deep", () => {
    const facts = cf();
    for (const object of [facts, facts.tlsClientAuth, facts.requestHeaderNames, facts.tlsClientAuth.cert,
      facts.tlsClientAuth.cert.san]) {
      assert.isTrue(Object.isFrozen(object));
    }
    expect(() => { facts.tlsClientAuth.certVerified = "SUCCESS"; }).to.throw(TypeError);
    expect(() => { facts.tlsClientAuth.cert = { ok: true }; }).to.throw(TypeError);
    expect(() => { facts.tlsClientAuth.cert.ok = true; }).to.throw(TypeError);
  });
  it("has Cloudflare's placeholder without a certificate, byte for byte", () => {
    const empty = names.slice(3, 18).map((name) => `"${name}":""`).join();
    const flags = '"certRFC9440TooLarge":false,"certChainRFC9440":"","certChainRFC9440TooLarge":false';
    const expected = `{"certPresented":"0","certVerified":"NONE","certRevoked":"0",${empty},${flags}}`;
    assert.equal(JSON.stringify(cf().tlsClientAuth), expected);
  });
  it("has Cloudflare's order of names", () => {
    assert.deepEqual(Object.keys(cf()), [
      "httpProtocol", "clientAcceptEncoding", "requestPriority", "edgeRequestKeepAliveStatus", "requestHeaderNames",
      "clientTcpRtt", "clientQuicRtt", "tlsVersion", "tlsCipher", "tlsClientRandom", "tlsClientCiphersSha1",
      "tlsClientExtensionsSha1", "tlsClientExtensionsSha1Le", "tlsClientHelloLength", "tlsClientAuth",
      "verifiedBotCategory",
    ]);
    assert.deepEqual(Object.keys(cf(cert()).tlsClientAuth), names);
  });
  it("says certVerify too, but not in JSON", () => {
    assert.equal(cf(cert()).tlsClientAuth.certVerify, "SUCCESS");
    assert.notInclude(JSON.stringify(cf(cert())), '"certVerify"');
    assert.notInclude(JSON.stringify(cf(cert())), '"cert"');
  });
});

describe("tlsClientAuth.cert", () => {
  it("is good in no other state than verified", () => {
    const client = cert();
    const states = [
      [cf(), "none"], [cf(cert({ issuer: "self" })), "failed"], [cf(client, { crl: crl([client]) }), "revoked"],
    ];
    for (const [facts, state] of states) {
      assert.deepEqual([facts.tlsClientAuth.cert.state, facts.tlsClientAuth.cert.ok], [state, false]);
    }
    const good = cf(client, { crl: crl([]) }).tlsClientAuth.cert;
    assert.deepEqual([good.state, good.ok], ["verified", true]);
  });
  it("is empty without a certificate", () => {
    const view = cf().tlsClientAuth.cert;
    assert.deepEqual([view.subject, view.commonName, view.san.dns, view.eku], [[], [], [], []]);
    assert.deepEqual([view.serial, view.notBefore, view.spiffeId, view.publicKey, view.crl], ["", null, null,
      null, null]);
    assert.isUndefined(view.extension("2.5.29.17"));
  });
  it("has names by kind, as data", () => {
    const view = cf(cert({
      subject: { O: "Example, Inc.", CN: ["alice", "bob"] },
      san: { dns: ["a.example"], uri: ["spiffe://example/alice"], email: ["a@example"], ip: ["192.0.2.1"] },
    })).tlsClientAuth.cert;
    assert.deepEqual(view.commonName, ["alice", "bob"]);
    assert.deepEqual(view.subject[0], [{ type: "O", value: "Example, Inc." }]);
    assert.deepEqual(view.san, { dns: ["a.example"], uri: ["spiffe://example/alice"], email: ["a@example"],
      ip: ["192.0.2.1"] });
    assert.equal(view.spiffeId, "spiffe://example/alice");
    assert.include(view.eku, "clientAuth");
    assert.instanceOf(view.extension("2.5.29.17"), Uint8Array);
    assert.isUndefined(view.extension("1.2.3"));
  });
  it("has dates that nobody can change for the next reader", () => {
    const view = cf(cert()).tlsClientAuth.cert;
    const { notAfter } = view;
    notAfter.setTime(0);
    assert.isAbove(view.notAfter.getTime(), Date.now());
  });
  it("says why its revocation is unknown", () => {
    const other = ca({ subject: { CN: "Other" } });
    const stale = crl([], { thisUpdate: "2020-01-01", nextUpdate: "2020-02-01" });
    const view = (lists) => cf(cert(), { trust: other, crl: lists }).tlsClientAuth.cert;
    const missing = view(crl([], { issuer: other }));
    assert.deepEqual([missing.ok, missing.state], [false, "unknown"]);
    assert.deepEqual([missing.crl.verdict, missing.crl.unknownBecause, missing.crl.list, missing.crl.age],
      ["unknown", "missing", null, null]);
    assert.deepEqual([view(stale).crl.unknownBecause, view(stale).ok], ["stale", false]);
    assert.deepEqual([view(crl([])).crl.verdict, view(crl([])).crl.unknownBecause], ["good", null]);
  });
  it("says which list revoked it", () => {
    const client = cert();
    const { crl: list } = cf(client, { crl: crl([client], { reason: 1 }) }).tlsClientAuth.cert;
    assert.equal(list.reason, "keyCompromise");
    assert.instanceOf(list.thisUpdate, Date);
    assert.isAtLeast(list.age, 0);
  });
});
