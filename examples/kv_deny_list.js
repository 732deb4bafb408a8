// Refuses clients whose fingerprint is a key of the KV namespace DENIED; an administrator adds and removes keys.
//
//   edge-run examples/kv_deny_list.js --client-ca ca.pem --kv DENIED --var ADMIN=9f86d0…

export default {
  async fetch(request, env) {
    const auth = request.cf.tlsClientAuth;
    if (!auth.cert.ok) return new Response("client certificate required\n", { status: 403 });
    if (await env.DENIED.get(auth.certFingerprintSHA256)) return new Response("denied\n", { status: 403 });

    const path = new URL(request.url).pathname;
    if (!path.startsWith("/deny/")) return new Response("welcome\n");
    if (auth.certFingerprintSHA256 !== env.ADMIN) return new Response("administrators only\n", { status: 403 });
    const fingerprint = path.slice("/deny/".length);
    if (!/^[0-9a-f]{64}$/.test(fingerprint)) return new Response("not a SHA-256 fingerprint\n", { status: 400 });
    if (request.method === "PUT") await env.DENIED.put(fingerprint, new Date().toISOString());
    else if (request.method === "DELETE") await env.DENIED.delete(fingerprint);
    else return new Response("PUT or DELETE\n", { status: 405 });
    return new Response("done\n");
  },
};
