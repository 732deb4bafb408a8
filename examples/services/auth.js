// Says whether a client may pass: 204 for a certificate of the organisation, an error for all others.
export default {
  fetch(request) {
    const { cert } = request.cf.tlsClientAuth;
    if (!cert.ok) return new Response("client certificate required\n", { status: 403 });
    const organisations = cert.subject.flat().filter(({ type }) => type === "O");
    if (!organisations.some(({ value }) => value === "Example")) return new Response("not ours\n", { status: 403 });
    return new Response(null, { status: 204 });
  },
};
