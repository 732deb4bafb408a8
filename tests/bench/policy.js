// The benchmark's policy: /respond tells the certificate's facts, everything else goes to the origin, with the nine
// headers of servers.mjs.

export default {
  fetch(request) {
    const auth = request.cf.tlsClientAuth;
    if (auth.certVerified !== "SUCCESS" || auth.certRevoked === "1") return new Response("denied", { status: 403 });
    if (new URL(request.url).pathname !== "/respond") return fetch(request);
    return Response.json({
      verified: auth.certVerified, issuer: auth.certIssuerDN, serial: auth.certSerial,
      sha1: auth.certFingerprintSHA1, notBefore: auth.certNotBefore, notAfter: auth.certNotAfter,
    });
  },
};
