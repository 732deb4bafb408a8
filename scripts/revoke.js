// Refuses clients without a good certificate, and those whose certificate a CRL revokes; the rest go to the origin.
//
//   edge-run scripts/revoke.js --client-ca ca.pem --client-crl ca.crl --origin http://127.0.0.1:8080

export default {
  async fetch(request) {
    const auth = request.cf.tlsClientAuth;
    if (auth.certPresented !== "1") return refuse("client certificate required");
    if (auth.certVerified !== "SUCCESS") return refuse("client certificate not trusted");
    if (auth.certRevoked === "1") return refuse("client certificate revoked");
    // A list that is missing or out of date cannot say that the certificate is good.
    if (!auth.cert.ok) return refuse("client certificate cannot be checked");
    return fetch(request);
  },
};

function refuse(reason) {
  return new Response(`${reason}\n`, { status: 403 });
}
