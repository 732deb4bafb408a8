// What the types of a site must refuse; each line below stands for a mistake that tsc finds.
export default {
  fetch(request, env): Response {
    // @ts-expect-error there is no such binding
    env.MISSING;
    // @ts-expect-error the configuration says "strict"
    if (env.MODE === "lax") return new Response();
    // @ts-expect-error a secret is a text
    env.TOKEN_KEY.count;
    // @ts-expect-error a certificate's state is one of five
    if (request.cf?.tlsClientAuth.cert.state === "valid") return new Response();
    // @ts-expect-error facts are not to be changed
    request.cf!.tlsClientAuth.cert.ok = true;
    return Response.json([env.LIMITS.perDay + 1, env.ORDERS.get("x"), request.cf?.tlsClientAuth.certVerify]);
  },
} satisfies ExportedHandler<Env>;
