// The same as a service-worker script: Cloudflare's older syntax, as its mTLS learning path shows it.

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
  const { tlsClientAuth = {} } = request.cf || {};
  return new Response(JSON.stringify(tlsClientAuth, null, 2), { headers: { "content-type": "application/json" } });
}
