// request.cf.tlsClientAuth.cert: a client's certificate as data that is hard to misuse, with its verdict.
// DEPARTURE: Cloudflare has no such view; it does not show in JSON.
import { charCodeAt, dateNow, floor, freeze, jsonParse } from "./primordials.js";

// RFC 5280 section 5.3.1
const reasons = [
  "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
  "certificateHold", undefined, "removeFromCRL", "privilegeWithdrawn", "aACompromise",
];

/// "verified" is the only state that is good: every other one has its own name and `ok` false.
function stateOf(verdict, readable) {
  if (!verdict.presented) return "none";
  if (!readable || verdict.verified !== "SUCCESS") return "failed";
  if (verdict.revoked || verdict.state === "revoked") return "revoked";
  return verdict.state === "unknown" && !verdict.tolerated ? "unknown" : "verified";
}

/// `verdict`: {presented, verified, revoked, state, reason, revokedAt, list, thisUpdate, nextUpdate, why, tolerated},
/// times in seconds.
/// `read()` gives the certificate's details as JSON, or throws for one that must not be read.
export function certificateView(verdict, read) {
  let details = null;
  let problem = null;
  try {
    const json = verdict.presented ? read() : null;
    if (json !== null) details = jsonParse(json);
  } catch (error) {
    problem = error.message;
  }
  const state = stateOf(verdict, details !== null);
  const { subject = [], issuer = [], san, key, extensions = [] } = details ?? {};
  return freeze({
    state,
    ok: state === "verified",
    problem,
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    commonName: freeze(valuesOf(subject, "CN")),
    san: freeze({ dns: list(san?.dns), uri: list(san?.uri), email: list(san?.email), ip: list(san?.ip) }),
    serial: details?.serial ?? "",
    sha256: details?.sha256 ?? "",
    // A Date can be changed even when what holds it is frozen, so each reader gets a new one.
    get notBefore() { return dateOf(details?.notBefore); },
    get notAfter() { return dateOf(details?.notAfter); },
    eku: list(details?.extendedKeyUsage),
    spiffeId: details?.spiffeId || null,
    publicKey: key ? freeze(key) : null,
    extension(oid) {
      for (let i = 0; i < extensions.length; i++) if (extensions[i][0] === oid) return bytesFrom(extensions[i][1]);
      return undefined;
    },
    crl: listOf(verdict),
  });
}

const list = (values) => freeze(values ?? []);
const dateOf = (seconds) => (seconds === undefined || seconds === null ? null : new Date(seconds * 1000));

// A name is a list of relative names, each a list of attributes: both may repeat, so neither is flattened (T32).
function nameOf(rdns) {
  const result = [];
  for (let i = 0; i < rdns.length; i++) {
    const attributes = [];
    for (let k = 0; k < rdns[i].length; k++) attributes[k] = freeze({ type: rdns[i][k][0], value: rdns[i][k][1] });
    result[i] = freeze(attributes);
  }
  return freeze(result);
}

function valuesOf(rdns, type) {
  const values = [];
  for (let i = 0; i < rdns.length; i++) {
    for (let k = 0; k < rdns[i].length; k++) if (rdns[i][k][0] === type) values[values.length] = rdns[i][k][1];
  }
  return values;
}

function bytesFrom(base64) {
  const text = native.atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = charCodeAt(text, i);
  return bytes;
}

/// What the revocation lists say, and which decided; null where the site has none.
function listOf(verdict) {
  if (verdict.state !== "unknown" && verdict.list === "") return null;
  const revoked = verdict.state === "revoked";
  return freeze({
    verdict: verdict.state,
    /// Why nothing is known: "missing", "stale", "not covered" (there are lists, for other certificates of the CA).
    unknownBecause: verdict.why || null,
    list: verdict.list || null,
    /// In seconds, at the time of reading.
    get age() { return verdict.thisUpdate === 0 ? null : floor(dateNow() / 1000) - verdict.thisUpdate; },
    get thisUpdate() { return verdict.thisUpdate === 0 ? null : dateOf(verdict.thisUpdate); },
    get nextUpdate() { return verdict.nextUpdate === 0 ? null : dateOf(verdict.nextUpdate); },
    reason: revoked ? reasons[verdict.reason] ?? "unspecified" : null,
    get revokedAt() { return revoked ? dateOf(verdict.revokedAt) : null; },
  });
}
