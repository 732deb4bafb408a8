// Says who the client is: the first policy.

export default {
  async fetch(request) {
    const auth = request.cf.tlsClientAuth;
    if (auth.certPresented !== "1") return new Response("Who are you? Send a client certificate.\n", { status: 403 });
    if (auth.certRevoked === "1") return new Response("Your certificate is revoked.\n", { status: 403 });
    if (auth.certVerified !== "SUCCESS") return new Response(`Not trusted: ${auth.certVerified}\n`, { status: 403 });
    return new Response(`Hello ${auth.certSubjectDN}\n`);
  },
};
