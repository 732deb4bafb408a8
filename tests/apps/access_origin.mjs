// An origin behind the gate of scripts/access.js, on Node.js: it believes the token in the header after jose verified
// it with the keys that the gate publishes, as Cloudflare documents it for origins behind Access.
//
//   JOSE=…/jose/dist/webapi/index.js TEAM_DOMAIN=https://… POLICY_AUD=… node access_origin.mjs PORT
import { createServer } from "node:http";

const { TEAM_DOMAIN, POLICY_AUD, JOSE } = process.env;
const { createRemoteJWKSet, jwtVerify } = await import(JOSE);
const keys = createRemoteJWKSet(new URL(`${TEAM_DOMAIN}/cdn-cgi/access/certs`));

async function answer(token) {
  if (!token) return [403, "missing token"];
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: TEAM_DOMAIN, audience: POLICY_AUD });
    return [200, JSON.stringify({ name: payload.common_name, alg: protectedHeader.alg, cnf: payload.cnf })];
  } catch (error) {
    return [403, `bad token: ${error.message}`];
  }
}

const server = createServer(async (request, response) => {
  const [status, text] = await answer(request.headers["cf-access-jwt-assertion"]);
  response.writeHead(status).end(text);
});
server.listen(+process.argv[2], "127.0.0.1", () => console.log("origin is listening"));
