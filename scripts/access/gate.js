// The gate in front of an origin: finds the application, asks its policies, and hands whom they let in on with a token
// that says who it is.
import { addressOf } from "./address.js";
import { certificateThumbprint, isBoundToCertificate } from "./certificate_binding.js";
import { readConfiguration } from "./configuration.js";
import { applicationFor } from "./paths.js";
import { decide } from "./policies.js";
import { openTokens } from "./tokens.js";

const cookieName = "CF_Authorization";
const assertion = "Cf-Access-Jwt-Assertion";
const cookiesMax = 4;

/// A handler for the applications of `configuration`; `secrets` is env. Rejects with a TypeError that names what is
/// wrong: a script that awaits it at its top level does not start.
export async function gate(configuration, secrets) {
  const access = readConfiguration(configuration, secrets);
  const tokens = await openTokens(access.issuer, secrets);
  return {
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === "/cdn-cgi/access/certs") return keySet(request, tokens);
      if (url.pathname.startsWith("/cdn-cgi/access/")) return new Response("Not Found\n", { status: 404 });
      const application = applicationFor(access.applications, url);
      if (!application) return new Response("Forbidden\n", { status: 403 });

      const session = await sessionOf(request, application, tokens);
      const who = await clientOf(request, session, access);
      const policy = decide(application.policies, who);
      if (policy === null || policy.decision === "deny") return refusal(application, access);
      if (policy.decision === "bypass") return fetch(forwarded(request, null));
      const isCurrent = session !== null && session.claims.common_name === nameOf(who);
      const token = isCurrent ? session.token : await tokens.sign(claimsOf(request, who, application));
      const response = await fetch(forwarded(request, token));
      return isCurrent ? response : withCookie(response, token, application);
    },
  };
}

function keySet(request, tokens) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method Not Allowed\n", { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  const headers = { "Content-Type": "application/json", "Cache-Control": "public, max-age=300" };
  return new Response(request.method === "HEAD" ? null : tokens.keySet, { headers });
}

/// The same words for everybody who is refused: which rule it was is no business of theirs.
function refusal(application, { issuer }) {
  const isService = application.policies.some(({ decision }) => decision === "non_identity");
  if (!application.service_auth_401_redirect || !isService) return new Response("Forbidden\n", { status: 403 });
  const headers = { "WWW-Authenticate": `Cloudflare-Access realm="${issuer}"` };
  return new Response("Unauthorized\n", { status: 401, headers });
}

/// {token, claims} of the request's cookie, where it is good for this application and was given to this certificate.
async function sessionOf(request, application, tokens) {
  const cookies = (request.headers.get("Cookie") ?? "").split(/; */).filter((one) => one.startsWith(`${cookieName}=`));
  for (const cookie of cookies.slice(0, cookiesMax)) {
    const token = cookie.slice(cookieName.length + 1);
    const claims = await tokens.verify(token, application.aud);
    if (claims === null) continue;
    const auth = request.cf.tlsClientAuth;
    const isFree = claims.cnf === undefined && !auth.cert.ok;
    if (isFree || isBoundToCertificate(claims, auth)) return { token, claims };
  }
  return null;
}

/// What policies ask about. What the certificate is worth is asked anew for each request, whatever the cookie says.
async function clientOf(request, session, { tokens }) {
  const { cert } = request.cf.tlsClientAuth;
  const names = cert.ok ? cert.commonName : [];
  return {
    ok: cert.ok,
    // Of two names neither speaks for the certificate.
    commonName: names.length === 1 ? names[0] : null,
    address: addressOf(request.headers.get("CF-Connecting-IP") ?? ""),
    ...(await serviceTokenOf(request, session, tokens)),
  };
}

/// The service token that the request proves to have, or that its session was begun with.
async function serviceTokenOf(request, session, tokens) {
  const clientId = request.headers.get("CF-Access-Client-Id");
  const secret = request.headers.get("CF-Access-Client-Secret") ?? "";
  // Digests have one length, whatever the length of the secrets.
  const digest = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  if (clientId !== null) {
    const token = tokens.find((one) => one.clientId === clientId);
    // An unknown id takes as long as a wrong secret.
    const isGood = crypto.subtle.timingSafeEqual(await digest(secret), await digest(token?.secret ?? ""));
    if (token !== undefined && isGood) return { serviceToken: token.id, clientId };
    return { serviceToken: null, clientId: null };
  }
  const claims = session?.claims;
  const began = tokens.find((one) => claims?.service_token === one.id && claims.common_name === one.clientId);
  return began ? { serviceToken: began.id, clientId: began.clientId } : { serviceToken: null, clientId: null };
}

const nameOf = (who) => who.clientId ?? who.commonName ?? "";

function claimsOf(request, who, application) {
  const now = Math.floor(Date.now() / 1000);
  return {
    type: "app",
    aud: [application.aud],
    exp: now + application.session_duration,
    iat: now,
    nbf: now,
    common_name: nameOf(who),
    sub: "",
    ...(who.serviceToken === null ? {} : { service_token: who.serviceToken }),
    ...(who.ok ? { cnf: { "x5t#S256": certificateThumbprint(request.cf.tlsClientAuth) } } : {}),
  };
}

/// What the origin gets: our token alone, and no secret that was meant for us.
function forwarded(request, token) {
  const headers = new Headers(request.headers);
  headers.delete("CF-Access-Client-Id");
  headers.delete("CF-Access-Client-Secret");
  headers.delete(assertion);
  if (token !== null) headers.set(assertion, token);
  return new Request(request, { headers });
}

function withCookie(response, token, application) {
  if (response.status === 101) return response; // it is handed on as it is
  const sameSite = { lax: "Lax", strict: "Strict", none: "None" }[application.same_site_cookie_attribute];
  const attributes = [
    `${cookieName}=${token}`,
    `Path=${application.path_cookie_attribute ? cookiePath(application.domain) : "/"}`,
    `Max-Age=${application.session_duration}`,
    "Secure",
    `SameSite=${sameSite}`,
    ...(application.http_only_cookie_attribute ? ["HttpOnly"] : []),
  ];
  const answer = new Response(response.body, response);
  answer.headers.append("Set-Cookie", attributes.join("; "));
  return answer;
}

/// A cookie's path has no wildcards: it ends before the first.
function cookiePath({ segments }) {
  const wild = segments.indexOf("*");
  return `/${(wild === -1 ? segments : segments.slice(0, wild)).join("/")}`;
}
