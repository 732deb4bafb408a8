// Lets in only the clients on a list: SHA-256 fingerprints, separated by commas, in the variable ALLOWED.
// Fingerprints are compared as bytes in constant time; colons and upper case do not matter.
//
//   edge-run scripts/allow.js --client-ca ca.pem --var ALLOWED=9f86d0…,60303a… --origin http://127.0.0.1:8080

export default {
  async fetch(request, env) {
    const auth = request.cf.tlsClientAuth;
    if (auth.certPresented !== "1") return refuse("client certificate required");
    if (!auth.cert.ok) return refuse("client certificate not trusted");
    if (!isListed(auth.certFingerprintSHA256, env.ALLOWED ?? "")) return refuse("client not on the list");
    return fetch(request);
  },
};

function isListed(fingerprint, list) {
  const wanted = bytes(fingerprint);
  return list.split(",").map(bytes).some((entry) =>
    entry.byteLength === wanted.byteLength && crypto.subtle.timingSafeEqual(entry, wanted));
}

function bytes(fingerprint) {
  return new TextEncoder().encode(fingerprint.replace(/[:\s]/g, "").toLowerCase());
}

function refuse(reason) {
  return new Response(`${reason}\n`, { status: 403 });
}
