// request.cf: what is known of the connection and the client's certificate, as Cloudflare words and orders it.
// https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties
import {
  defineProperty, freeze, getOwnPropertyDescriptor, jsonParse, jsonStringify, mapDelete, mapGet, mapKeys,
  mapSet, mapSize, nextOfMap, split,
} from "./primordials.js";
import { certificateView } from "./certificate.js";
import { rememberValues } from "./header_list.js";
import { isObject } from "./webidl.js";

// What native.peerFacts answers after the 21 values of tlsClientAuth, by index; VERSION is the first.
const [VERSION, CIPHER, HELLO_LENGTH, RANDOM, CIPHERS_SHA1] = [21, 22, 23, 24, 25];
const [EXTENSIONS_SHA1, EXTENSIONS_SHA1_LE, RTT] = [26, 27, 28];
const [STATE, REASON, REVOKED_AT, LIST, THIS_UPDATE, NEXT_UPDATE] = [32, 33, 34, 35, 36, 37];
const [WHY, TOLERATED] = [38, 39];

// Of a request that came without TLS.
const noFacts = [
  "0", "NONE", "0", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "false", "", "false",
  "", "", "", "", "", "", "", "0", "", "false", "", "unchecked", "0", "0", "", "0", "0", "", "false",
];

function clientAuth(facts, peer) {
  const auth = {
    certPresented: facts[0],
    certVerified: facts[1],
    certRevoked: facts[2],
    certIssuerDN: facts[3],
    certSubjectDN: facts[4],
    certIssuerDNRFC2253: facts[5],
    certSubjectDNRFC2253: facts[6],
    certIssuerDNLegacy: facts[7],
    certSubjectDNLegacy: facts[8],
    certSerial: facts[9],
    certIssuerSerial: facts[10],
    certSKI: facts[11],
    certIssuerSKI: facts[12],
    certFingerprintSHA1: facts[13],
    certFingerprintSHA256: facts[14],
    certNotBefore: facts[15],
    certNotAfter: facts[16],
    certRFC9440: facts[17],
    certRFC9440TooLarge: facts[18] === "true",
    certChainRFC9440: facts[19],
    certChainRFC9440TooLarge: facts[20] === "true",
  };
  // DEPARTURE: the name in Cloudflare's own examples, which is undefined there. It does not show in JSON.
  defineProperty(auth, "certVerify", { value: facts[1] });
  const verdict = {
    presented: facts[0] === "1", verified: facts[1], revoked: facts[2] === "1", state: facts[STATE],
    reason: +facts[REASON], revokedAt: +facts[REVOKED_AT], list: facts[LIST], thisUpdate: +facts[THIS_UPDATE],
    nextUpdate: +facts[NEXT_UPDATE], why: facts[WHY], tolerated: facts[TOLERATED] === "true",
  };
  let view = null;
  const read = () => peer && native.peerCertificate(peer);
  defineProperty(auth, "cert", { get: () => (view ??= certificateView(verdict, read)) });
  return freeze(auth);
}

const connectionOf = (facts, peer) => ({ facts, auth: clientAuth(facts, peer) });
let noConnection = null;

// A connection's facts never change: when the verdict does, the peer gets another number.
const connections = new Map();
// By cf_number() of C++: requests of one connection are mostly alike.
const made = new Map();
const remembered = 1024;

function remember(map, key, value) {
  if (mapSize(map) >= remembered) mapDelete(map, nextOfMap(mapKeys(map)).value);
  mapSet(map, key, value);
}

function connectionOfEvent(event) {
  const id = native.peerId(event);
  if (id === 0) return (noConnection ??= connectionOf(noFacts, null));
  const known = mapGet(connections, id);
  if (known !== undefined) return known;
  const peer = native.peer(event);
  const facts = native.peerFacts(peer);
  rememberValues(facts, VERSION);
  const connection = connectionOf(facts, peer);
  remember(connections, id, connection);
  return connection;
}

const noNames = freeze({});

function factsObject({ facts, auth }, httpProtocol, clientAcceptEncoding) {
  return freeze({
    httpProtocol,
    clientAcceptEncoding,
    requestPriority: "",
    edgeRequestKeepAliveStatus: 1,
    requestHeaderNames: noNames,
    clientTcpRtt: +facts[RTT],
    clientQuicRtt: 0,
    tlsVersion: facts[VERSION],
    tlsCipher: facts[CIPHER],
    tlsClientRandom: facts[RANDOM],
    tlsClientCiphersSha1: facts[CIPHERS_SHA1],
    tlsClientExtensionsSha1: facts[EXTENSIONS_SHA1],
    tlsClientExtensionsSha1Le: facts[EXTENSIONS_SHA1_LE],
    tlsClientHelloLength: facts[HELLO_LENGTH],
    tlsClientAuth: auth,
    verifiedBotCategory: "",
  });
}

/// The `cf` of an incoming request: an earlier one's again, where both are alike.
export function cfOf(event, number) {
  const known = mapGet(made, number);
  if (known !== undefined) return known;
  const [httpProtocol, acceptEncoding] = split(native.requestFacts(event), "\n");
  const cf = factsObject(connectionOfEvent(event), httpProtocol, acceptEncoding);
  if (number !== 0) remember(made, number, cf);
  return cf;
}

/// The `cf` of a client that a test made up.
export function makeClientFacts(peer, { httpProtocol = "HTTP/1.1", clientAcceptEncoding = "" } = {}) {
  return factsObject(connectionOf(peer ? native.peerFacts(peer) : noFacts, peer), httpProtocol, clientAcceptEncoding);
}

/// What an incoming request has of what a test gave: never nothing, and never to be changed.
export function receivedCf(cf) {
  if (cf === undefined) return makeClientFacts(null);
  if (isObject(cf.tlsClientAuth)) freeze(cf.tlsClientAuth);
  return freeze(cf);
}

/// As `new Request(request)` has it: a copy that may be changed. What does not show in JSON goes along.
export function copyOfCf(cf) {
  if (cf === undefined || cf === null) return undefined;
  const copy = jsonParse(jsonStringify(cf));
  const auth = cf.tlsClientAuth;
  if (!isObject(auth)) return copy;
  for (const name of ["certVerify", "cert"]) {
    const descriptor = getOwnPropertyDescriptor(auth, name);
    if (descriptor && !descriptor.enumerable) defineProperty(copy.tlsClientAuth, name, descriptor);
  }
  return copy;
}
