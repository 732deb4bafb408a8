// A self-signed X.509 certificate around a public RSA key: the form in which some readers of a JWKS want the key. It
// says nothing that the key does not; nobody is asked to trust it as a certificate.
// https://www.rfc-editor.org/rfc/rfc5280#section-4.1

const [INTEGER, BIT_STRING, NULL, OID, UTF8_STRING, UTC_TIME, SEQUENCE, SET] = [2, 3, 5, 6, 12, 23, 0x30, 0x31];

/// One DER value of `parts`, each bytes.
function der(tag, ...parts) {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  const bytes = new Uint8Array(1 + length.length + size);
  bytes.set([tag, ...length]);
  let at = 1 + length.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const ascii = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const sha256WithRSA = der(SEQUENCE, der(OID, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]), der(NULL));

/// PEM. The same key and name always give the same certificate.
export async function selfSigned(key, publicKey, name) {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const names = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, [0x55, 4, 3]), der(UTF8_STRING, ascii(name)))));
  const validity = der(SEQUENCE, der(UTC_TIME, ascii("200101000000Z")), der(UTC_TIME, ascii("491231235959Z")));
  const body = der(SEQUENCE, der(INTEGER, [1]), sha256WithRSA, names, validity, names, spki);
  const signature = new Uint8Array(await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, body));
  const certificate = der(SEQUENCE, body, sha256WithRSA, der(BIT_STRING, [0], signature));
  const text = btoa(Array.from(certificate, (byte) => String.fromCharCode(byte)).join(""));
  return `-----BEGIN CERTIFICATE-----\n${text.match(/.{1,64}/g).join("\n")}\n-----END CERTIFICATE-----\n`;
}
