// Asks another script whether the client may pass, and forwards the request to the origin when it may.
export default {
  async fetch(request, env) {
    const verdict = await env.AUTH.fetch(request.clone());
    if (verdict.status !== 204) return verdict;
    return fetch(request);
  },
};
