// Tokens bound to a client's certificate (RFC 8705), made and checked with jose.
import { SignJWT, base64url, jwtVerify } from "jose";

const key = (env: Env) => new TextEncoder().encode(env.TOKEN_KEY);

/// https://www.rfc-editor.org/rfc/rfc8705#section-3.1
const thumbprint = (cert: EdgeRunClientCertificate) =>
  base64url.encode(Uint8Array.from(cert.sha256.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));

export default {
  async fetch(request, env): Promise<Response> {
    const cert = request.cf?.tlsClientAuth.cert;
    if (!cert?.ok) return new Response("certificate required", { status: 403 });
    if (new URL(request.url).pathname === "/token") {
      const token = new SignJWT({ cnf: { "x5t#S256": thumbprint(cert) } });
      return new Response(await token.setProtectedHeader({ alg: "HS256" }).setExpirationTime("5m").sign(key(env)));
    }
    try {
      const { payload } = await jwtVerify(request.headers.get("authorization")?.replace("Bearer ", "") ?? "", key(env));
      const bound = (payload.cnf as { "x5t#S256"?: string } | undefined)?.["x5t#S256"] === thumbprint(cert);
      return new Response(bound ? "welcome" : "another client's token", { status: bound ? 200 : 403 });
    } catch (error) {
      return new Response(`no good token: ${(error as { code?: string }).code}`, { status: 401 });
    }
  },
} satisfies ExportedHandler<Env>;
