// The benchmark's policy where the script writes the nine headers itself.

export default {
  fetch(request) {
    const auth = request.cf.tlsClientAuth;
    if (auth.certVerified !== "SUCCESS" || auth.certRevoked === "1") return new Response("denied", { status: 403 });
    const headers = new Headers(request.headers);
    headers.set("X-CERT-VERIFIED", auth.certVerified);
    headers.set("X-CERT-ISSUER-DN", auth.certIssuerDN);
    headers.set("X-CERT-SUBJECT-DN", auth.certSubjectDN);
    headers.set("X-CERT-ISSUER-DN-LEGACY", auth.certIssuerDNLegacy);
    headers.set("X-CERT-SUBJECT-DN-LEGACY", auth.certSubjectDNLegacy);
    headers.set("X-CERT-SERIAL", auth.certSerial);
    headers.set("X-CERT-FINGERPRINT-SHA1", auth.certFingerprintSHA1);
    headers.set("X-CERT-NOT-BEFORE", auth.certNotBefore);
    headers.set("X-CERT-NOT-AFTER", auth.certNotAfter);
    return fetch(new Request(request, { headers }));
  },
};
