// Asks a partner's API, which wants a client certificate of its own, on behalf of clients that have one of ours.
//
//   edge-run examples/mtls_fetch.js --mtls-certificate PARTNER=partner.pem,partner-key.pem \
//     --var PARTNER_URL=https://api.partner.example/status
export default {
  async fetch(request, env) {
    const { cert } = request.cf.tlsClientAuth;
    if (!cert.ok) return new Response("client certificate required\n", { status: 403 });
    return env.PARTNER.fetch(env.PARTNER_URL, { headers: { "X-Client": cert.sha256 } });
  },
};
