// Certificates, lists and client facts for tests: made in memory, verified by the server's own code.
const { native, makeClientFacts } = import.meta.builtins;

// Options as the JSON that the natives read; a mistyped name must not pass unnoticed.
const known = new Set(["subject", "san", "eku", "serial", "notBefore", "notAfter", "issuer", "key", "ca"]);
const sanKinds = ["dns", "uri", "email", "ip"];

function requestOf(options) {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new TypeError(`cert(): unknown option '${name}'; there are ${[...known].join(", ")}`);
  }
  const { subject = { CN: "client" }, san = {}, eku = ["clientAuth"], serial, key = "ec" } = options;
  for (const kind of Object.keys(san)) {
    if (!sanKinds.includes(kind)) throw new TypeError(`cert(): unknown kind of subject alternative name '${kind}'`);
  }
  return JSON.stringify({
    subject: Object.entries(subject).flatMap(([type, value]) => [value].flat().map((one) => [type, one])),
    ...Object.fromEntries(sanKinds.map((kind) => [kind, [san[kind] ?? []].flat()])),
    eku: [eku].flat(),
    serial: serial ?? "",
    key,
    ca: options.ca === true,
    notBefore: seconds(options.notBefore),
    notAfter: seconds(options.notAfter),
  });
}

// A Date, its text or milliseconds, as seconds; 0 is the natives' default.
function seconds(time) {
  if (time === undefined) return 0;
  const milliseconds = time instanceof Date ? time.getTime() : new Date(time).getTime();
  if (Number.isNaN(milliseconds)) throw new TypeError(`'${time}' is no date`);
  return Math.floor(milliseconds / 1000);
}

const handles = new WeakMap();

class Certificate {
  constructor(handle) {
    handles.set(this, handle);
    const [pem, keyPem, der, serial, sha256] = native.testIdentityFacts(handle);
    Object.assign(this, { pem, keyPem, der, serial, sha256 });
    Object.freeze(this);
  }
}

class RevocationList {
  constructor(handle) {
    handles.set(this, handle);
    Object.freeze(this);
  }
}

function handleOf(object, kind, where) {
  if (!(object instanceof kind))
    throw new TypeError(`${where} takes what ${kind === Certificate ? "cert() or ca()" : "crl()"} returned`);
  return handles.get(object);
}

let defaultAuthority;
const authority = () => (defaultAuthority ??= ca({ subject: { CN: "Test CA" } }));

/// A self-signed certificate authority.
export function ca(options = {}) {
  return new Certificate(
    native.testSelfSigned(requestOf({ subject: { CN: "Test CA" }, eku: [], ...options, ca: true })),
  );
}

/// A client certificate: {subject: {CN, O, …}, san: {dns, uri, email, ip}, eku, serial (hex), notBefore, notAfter,
/// key ("ec" | "rsa" | "ed25519"), issuer}. Issued by the file's own CA, by `issuer`, or by itself (issuer: "self").
export function cert(options = {}) {
  const { issuer = authority() } = options;
  if (issuer === "self") return new Certificate(native.testSelfSigned(requestOf(options)));
  return new Certificate(native.testIssue(handleOf(issuer, Certificate, "cert({issuer})"), requestOf(options)));
}

/// A list that revokes certificates or serials (hex): crl([alice, "05"], {issuer, thisUpdate, nextUpdate, reason}).
export function crl(revoked, { issuer = authority(), thisUpdate, nextUpdate, reason = 0 } = {}) {
  const serials = [revoked].flat().map((one) => (typeof one === "string" ? one : one.serial));
  const request = { serials, thisUpdate: seconds(thisUpdate), nextUpdate: seconds(nextUpdate), reason };
  return new RevocationList(native.testCrl(handleOf(issuer, Certificate, "crl({issuer})"), JSON.stringify(request)));
}

/// `request.cf` of a client: new Request(url, {cf: cf(certificate)}). Without a certificate, Cloudflare's placeholder.
/// `trust` names the CAs of the site beside the file's own, `crl` its lists, `sent` the intermediates the client sends.
export function cf(certificate, options = {}) {
  const trust = native.testTrust();
  for (const one of [authority(), ...[options.trust ?? []].flat()])
    native.testTrustCa(trust, handleOf(one, Certificate, "trust"));
  for (const one of [options.sent ?? []].flat()) native.testTrustSent(trust, handleOf(one, Certificate, "sent"));
  const lists = [options.crl ?? []].flat();
  for (const list of lists) native.testTrustList(trust, handleOf(list, RevocationList, "crl"));
  if (!certificate) return makeClientFacts(native.testAbsent());
  return makeClientFacts(native.testPresented(trust, handleOf(certificate, Certificate, "cf()")));
}
