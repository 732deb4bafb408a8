// Answers from the cache what the origin answered before, for each client apart: what one client may see is not what
// another may.
export default {
  async fetch(request, env, ctx) {
    if (request.method !== "GET") return fetch(request);
    const { cert } = request.cf.tlsClientAuth;
    if (!cert.ok) return new Response("client certificate required\n", { status: 403 });

    const key = new URL(request.url);
    key.searchParams.set("client", cert.sha256);
    const cached = await caches.default.match(new Request(key, { headers: request.headers }));
    if (cached) return cached;

    const response = await fetch(request);
    ctx.waitUntil(caches.default.put(key.href, response.clone()));
    return response;
  },
};
