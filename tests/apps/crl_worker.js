// A revocation check as Workers do it without help of their server: service-worker syntax, bindings as globals, the
// list fetched, parsed with pkijs and kept in KV until a newer one is due.
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

const listKey = btoa(CRL_URL);

addEventListener("fetch", (event) => event.respondWith(answer(event)));

async function answer(event) {
  const { tlsClientAuth } = event.request.cf || {};
  if (tlsClientAuth.certPresented !== "1") return new Response("certificate required", { status: 403 });
  if (tlsClientAuth.certVerified !== "SUCCESS") return new Response("certificate not trusted", { status: 403 });
  const { revoked } = await currentList(event);
  if (revoked[tlsClientAuth.certSerial]) return new Response("certificate revoked", { status: 403 });
  return fetch(event.request);
}

async function currentList(event) {
  const kept = await CRL_STORE.get(listKey, "json");
  if (kept && Date.parse(kept.nextUpdate) > Date.now()) return kept;
  const list = parse(await (await fetch(CRL_URL)).arrayBuffer());
  event.waitUntil(CRL_STORE.put(listKey, JSON.stringify(list)));
  return list;
}

const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();

function parse(der) {
  const { result } = asn1js.fromBER(der);
  const list = new pkijs.CertificateRevocationList({ schema: result });
  const revoked = {};
  for (const { userCertificate, revocationDate } of list.revokedCertificates ?? []) {
    revoked[hex(userCertificate.valueBlock.valueHexView)] = revocationDate.value;
  }
  return { revoked, nextUpdate: list.nextUpdate.value };
}
