// Lets each client certificate ask ten times in a minute.
//
//   edge-run examples/rate_limited.js --ratelimit CLIENTS=1001,10,60
export default {
  async fetch(request, env) {
    const { cert } = request.cf.tlsClientAuth;
    if (!cert.ok) return new Response("client certificate required\n", { status: 403 });
    const { success } = await env.CLIENTS.limit({ key: cert.sha256 });
    if (!success) return new Response("slow down\n", { status: 429, headers: { "Retry-After": "60" } });
    return new Response("welcome\n");
  },
};
