// The tokens of the gate: RS256 JWTs, the keys that sign them, and the set of public keys that origins verify with.
// https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/
import { base64url } from "./certificate_binding.js";
import { selfSigned } from "./self_signed.js";

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const bitsMin = 2048;
const bytesOf = (text) => new TextEncoder().encode(text);
const jsonPart = (value) => base64url(bytesOf(JSON.stringify(value)));

function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

/// The members of a private key: PKCS #8 as PEM, or a JWK.
async function readJwk(text) {
  if (text.trimStart().startsWith("{")) return JSON.parse(text);
  const body = atob(text.replace(/-----(BEGIN|END) PRIVATE KEY-----|\s/g, ""));
  const der = Uint8Array.from(body, (c) => c.charCodeAt(0));
  return crypto.subtle.exportKey("jwk", await crypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]));
}

/// {kid, signing, verifying, jwk} of the key in env.`name`.
async function readKey(text, name) {
  try {
    const { kty, n, e, d, p, q, dp, dq, qi } = await readJwk(text);
    const whole = { kty, n, e, d, p, q, dp, dq, qi };
    const signing = await crypto.subtle.importKey("jwk", whole, algorithm, false, ["sign"]);
    const verifying = await crypto.subtle.importKey("jwk", { kty, n, e }, algorithm, true, ["verify"]);
    if (signing.algorithm.modulusLength < bitsMin) throw new TypeError("it is too short");
    return { kid: await thumbprint({ e, kty, n }), signing, verifying, jwk: { kty, n, e } };
  } catch {
    // The error is not shown: it may quote what was read.
    const remedy = `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${bitsMin}`;
    throw new TypeError(`env.${name} is no private RSA key of ${bitsMin} bits or more: make one with ${remedy}`);
  }
}

/// RFC 7638, in hex as Cloudflare's key ids look.
async function thumbprint(members) {
  const digest = await crypto.subtle.digest("SHA-256", bytesOf(JSON.stringify(members)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/// The keys in `secrets`: the current one signs; what the previous one signed is still good. Throws a TypeError for a
/// key that is missing or none.
export async function openTokens(issuer, secrets) {
  const names = ["ACCESS_SIGNING_KEY", "ACCESS_PREVIOUS_SIGNING_KEY"];
  if (typeof secrets[names[0]] !== "string") throw new TypeError(`env.${names[0]} is missing: give it in --dev-vars`);
  const keys = [];
  for (const name of names) if (secrets[name] !== undefined) keys.push(await readKey(String(secrets[name]), name));
  const certificates = [];
  for (const { kid, signing, verifying } of keys) {
    certificates.push({ kid, cert: await selfSigned(signing, verifying, new URL(issuer).hostname) });
  }
  const keySet = JSON.stringify({
    keys: keys.map(({ kid, jwk }) => ({ kid, ...jwk, alg: "RS256", use: "sig" })),
    public_cert: certificates[0],
    public_certs: certificates,
  });

  return {
    /// What /cdn-cgi/access/certs answers.
    keySet,

    async sign(claims) {
      const [{ kid, signing }] = keys;
      const signed = `${jsonPart({ alg: "RS256", kid, typ: "JWT" })}.${jsonPart({ ...claims, iss: issuer })}`;
      const signature = await crypto.subtle.sign(algorithm.name, signing, bytesOf(signed));
      return `${signed}.${base64url(new Uint8Array(signature))}`;
    },

    /// The claims of a token of ours for this audience that is good now; null for any other text.
    async verify(token, audience) {
      try {
        const [head, body, signature, ...rest] = token.split(".");
        const { alg, kid } = JSON.parse(new TextDecoder().decode(fromBase64url(head)));
        const key = keys.find((one) => one.kid === kid);
        if (rest.length > 0 || alg !== "RS256" || key === undefined) return null;
        const good = await crypto.subtle.verify(
          algorithm.name, key.verifying, fromBase64url(signature), bytesOf(`${head}.${body}`),
        );
        if (!good) return null;
        const claims = JSON.parse(new TextDecoder().decode(fromBase64url(body)));
        const now = Date.now() / 1000;
        const isOurs = claims.iss === issuer && claims.type === "app" && Array.isArray(claims.aud);
        return isOurs && claims.aud.includes(audience) && claims.nbf <= now && now < claims.exp ? claims : null;
      } catch {
        return null;
      }
    },
  };
}
