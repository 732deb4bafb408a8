// Tokens that are good in the hands of one client only: RFC 8705, certificate-bound access tokens.

/// RFC 4648 section 5, without padding.
export function base64url(bytes) {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/// The base64url of a certificate's SHA-256, `x5t#S256`; undefined without a certificate.
/// https://www.rfc-editor.org/rfc/rfc8705#section-3.1
export function certificateThumbprint(tlsClientAuth) {
  const hex = tlsClientAuth?.certFingerprintSHA256;
  if (!hex) return undefined;
  return base64url(Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16)));
}

/// True when the claims of a token, whose signature is already known to be good, are bound to the certificate that
/// the client of this request has. A certificate that did not verify or was revoked is nobody's, and a token that
/// names no certificate is bound to none.
export function isBoundToCertificate(claims, tlsClientAuth) {
  if (tlsClientAuth?.cert?.ok !== true) return false;
  const bound = claims?.cnf?.["x5t#S256"];
  return typeof bound === "string" && isSameText(bound, certificateThumbprint(tlsClientAuth));
}

/// Takes a time that tells nothing of where two texts of one length differ.
function isSameText(a, b) {
  const [one, other] = [a, b].map((text) => new TextEncoder().encode(text));
  return one.byteLength === other.byteLength && crypto.subtle.timingSafeEqual(one, other);
}
