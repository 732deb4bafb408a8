// Certificates, lists and client facts for tests: made in memory, verified by the server's own code.
const { native, makeClientFacts } = import.meta.builtins;

// Options as the JSON that the natives read; a mistyped name must not pass unnoticed.
const sanKinds = ["dns", "uri", "email", "ip"];
const known = [
  "subject", "san", "eku", "ku", "serial", "notBefore", "notAfter", "issuer", "chain", "key", "extensions",
];
const hour = 3_600_000;
const day = 24 * hour;

function refuseUnknown(options, names, where) {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${where}: unknown option '${name}'; there are ${names.join(", ")}`);
  }
}

function requestOf(options, where, ca) {
  refuseUnknown(options, known, where);
  const { subject, san = {}, eku = [], ku = null, serial = "", key = "ec", extensions = {} } = options;
  for (const kind of Object.keys(san)) {
    if (!sanKinds.includes(kind)) throw new TypeError(`${where}: unknown kind of subject alternative name '${kind}'`);
  }
  return JSON.stringify({
    subject: Object.entries(subject).flatMap(([type, value]) => [value].flat().map((one) => [type, one])),
    ...Object.fromEntries(sanKinds.map((kind) => [kind, [san[kind] ?? []].flat()])),
    eku: [eku].flat(),
    ku: ku === null ? null : [ku].flat(),
    serial,
    key,
    ca,
    extensions: Object.entries(extensions).map(([oid, der]) => [oid, hexOf(der)]),
    notBefore: seconds(options.notBefore ?? Date.now() - hour),
    notAfter: seconds(options.notAfter ?? Date.now() + 365 * day),
  });
}

const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// A Date, its text or milliseconds, as seconds.
function seconds(time) {
  const milliseconds = time instanceof Date ? time.getTime() : new Date(time).getTime();
  if (Number.isNaN(milliseconds)) throw new TypeError(`'${time}' is no date`);
  return Math.floor(milliseconds / 1000);
}

const handles = new WeakMap();

/// `chain` are the intermediates that a client sends beside it.
class Certificate {
  constructor(handle, issuer, chain) {
    handles.set(this, handle);
    const [pem, keyPem, der, serial, sha256] = native.testIdentityFacts(handle);
    Object.assign(this, { pem, keyPem, der, serial, sha256, issuer: issuer ?? this, chain });
    Object.freeze(this);
  }
}

class RevocationList {
  constructor(handle) {
    handles.set(this, handle);
    Object.assign(this, { der: native.testCrlDer(handle), pem: native.testCrlPem(handle) });
    Object.freeze(this);
  }
}

function handleOf(object, kind, where) {
  if (!(object instanceof kind))
    throw new TypeError(`${where} takes what ${kind === Certificate ? "cert() or ca()" : "crl()"} returned`);
  return handles.get(object);
}

let defaultAuthority;
const authority = () => (defaultAuthority ??= ca());

function make(options, where, isAuthority) {
  const { issuer } = options;
  if (issuer === undefined || issuer === "self")
    return new Certificate(native.testSelfSigned(requestOf(options, where, isAuthority)), undefined, []);
  const signer = handleOf(issuer, Certificate, `${where} {issuer}`);
  const handle = native.testIssue(signer, requestOf(options, where, isAuthority));
  // What a site has no need to trust itself: every issuer that another one issued.
  const implied = issuer.issuer === issuer ? [] : [issuer, ...issuer.chain];
  const chain = options.chain === undefined ? implied : [options.chain].flat();
  for (const one of chain) handleOf(one, Certificate, `${where} {chain}`);
  return new Certificate(handle, issuer, chain);
}

/// A certificate authority: a root, or with {issuer} an intermediate. Options as cert() has them.
export function ca(options = {}) {
  return make({ subject: { CN: "Test CA" }, ...options }, "ca()", true);
}

/// A client certificate: {subject: {CN, O, …}, san: {dns, uri, email, ip}, eku, ku, serial (hex), notBefore, notAfter,
/// key ("ec" | "rsa" | "ed25519"), extensions: {oid: DER}, issuer, chain}. Issued by the file's own CA, by `issuer`, or
/// by itself (issuer: "self").
export function cert(options = {}) {
  const { issuer = authority() } = options;
  return make({ subject: { CN: "client" }, eku: ["clientAuth"], ...options, issuer }, "cert()", false);
}

// RFC 5280, 5.3.1
const reasons = [
  "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
  "certificateHold", "", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
];
function reasonCode(reason) {
  const code = typeof reason === "number" ? reason : reasons.indexOf(reason);
  if (!reasons[code]) throw new TypeError(`'${reason}' is no reason; there are ${reasons.filter(Boolean).join(", ")}`);
  return code;
}

/// A list that revokes certificates or serials (hex):
/// crl([alice, "05"], {issuer, thisUpdate, nextUpdate, reason, number}).
export function crl(revoked, options = {}) {
  refuseUnknown(options, ["issuer", "thisUpdate", "nextUpdate", "reason", "number"], "crl()");
  const { issuer = authority(), thisUpdate = Date.now(), nextUpdate, reason = 0, number = 1 } = options;
  const request = {
    serials: [revoked].flat().map((one) => (typeof one === "string" ? one : one.serial)),
    thisUpdate: seconds(thisUpdate),
    nextUpdate: seconds(nextUpdate ?? new Date(thisUpdate).getTime() + 30 * day),
    reason: reasonCode(reason),
    number,
  };
  return new RevocationList(native.testCrl(handleOf(issuer, Certificate, "crl() {issuer}"), JSON.stringify(request)));
}

const revokedBy = new Map();

/// Revokes a certificate for the rest of the file: cf() of it says so from now on. Gives the certificate back.
export function revoke(certificate, { reason = 0 } = {}) {
  handleOf(certificate, Certificate, "revoke()");
  const { issuer } = certificate;
  if (issuer === certificate) throw new TypeError("revoke(): nobody can revoke what signed itself");
  const lists = revokedBy.get(issuer) ?? [];
  revokedBy.set(issuer, [...lists, crl([certificate], { issuer, reason, number: lists.length + 1 })]);
  return certificate;
}

// Lists of CAs that the site does not trust count for nothing, so it would not be told what the test means by them.
function listsOf(certificate, trusted) {
  if (revokedBy.has(certificate.issuer) && !trusted.includes(certificate.issuer))
    throw new TypeError("cf(): what an intermediate revokes counts only where the site trusts it: {trust: [issuer]}");
  return trusted.flatMap((one) => revokedBy.get(one) ?? []);
}

/// One client of each kind, for cf("revoked").
const kinds = {
  verified: () => cf(cert()),
  failed: () => cf(cert({ issuer: "self" })),
  expired: () => cf(cert({ notBefore: Date.now() - 2 * day, notAfter: Date.now() - day })),
  revoked: () => {
    const client = cert();
    return cf(client, { crl: crl([client]) });
  },
  none: () => cf(),
};

/// `request.cf` of a client: new Request(url, {cf: cf(certificate)}). Without a certificate, Cloudflare's placeholder;
/// with "verified", "failed", "expired", "revoked" or "none", that of such a client. `trust` names the CAs of the site
/// beside the file's own, `crl` its lists, `sent` what the client sends beside its certificate instead of its chain.
export function cf(certificate, options = {}) {
  if (typeof certificate === "string") {
    if (!Object.hasOwn(kinds, certificate))
      throw new TypeError(`cf(): there is no client of kind "${certificate}", but ${Object.keys(kinds).join(", ")}`);
    return kinds[certificate]();
  }
  refuseUnknown(options, ["trust", "crl", "sent"], "cf()");
  if (!certificate) return makeClientFacts(native.testAbsent());
  const client = handleOf(certificate, Certificate, "cf()");
  const trust = native.testTrust();
  const trusted = [authority(), ...[options.trust ?? []].flat()];
  for (const one of trusted) native.testTrustCa(trust, handleOf(one, Certificate, "trust"));
  for (const one of [options.sent ?? certificate.chain].flat())
    native.testTrustSent(trust, handleOf(one, Certificate, "sent"));
  for (const list of [...[options.crl ?? []].flat(), ...listsOf(certificate, trusted)])
    native.testTrustList(trust, handleOf(list, RevocationList, "crl"));
  return makeClientFacts(native.testPresented(trust, client, Date.now() / 1000));
}
