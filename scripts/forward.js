// Tells the origin who the client is, in the nine X-CERT-* headers of Cloudflare's documentation.
// What clients send under these names never gets here: it is removed before the script runs.
//
//   edge-run scripts/forward.js --client-ca ca.pem --client-crl ca.crl --origin http://127.0.0.1:8080

export default {
  async fetch(request) {
    const auth = request.cf.tlsClientAuth;
    if (!auth.cert.ok) return new Response("client certificate required\n", { status: 403 });

    const headers = new Headers(request.headers);
    headers.set("X-CERT-ISSUER-DN", auth.certIssuerDN);
    headers.set("X-CERT-SUBJECT-DN", auth.certSubjectDN);
    headers.set("X-CERT-ISSUER-DN-L", auth.certIssuerDNLegacy);
    headers.set("X-CERT-SUBJECT-DN-L", auth.certSubjectDNLegacy);
    headers.set("X-CERT-SERIAL", auth.certSerial);
    headers.set("X-CERT-FINGER", auth.certFingerprintSHA1);
    headers.set("X-CERT-VERIFY", auth.certVerified);
    headers.set("X-CERT-NOTBE", auth.certNotBefore);
    headers.set("X-CERT-NOTAF", auth.certNotAfter);
    return fetch(new Request(request, { headers }));
  },
};
