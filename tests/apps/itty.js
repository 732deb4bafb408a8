// An itty-router app: routes with parameters, a middleware, and answers made by its helpers.
import { AutoRouter, error } from "itty-router";

const withClient = (request) => {
  const { cert } = request.cf.tlsClientAuth;
  if (!cert.ok) return error(403, "certificate required");
  request.client = cert;
};

const router = AutoRouter({ before: [withClient], base: "/v1" });

router
  .get("/devices/:id+", ({ params, query }) => ({ id: params.id, verbose: query.verbose === "yes" }))
  .get("/me", ({ client }) => ({ commonName: client.commonName }))
  .put("/echo", async (request) => ({ got: await request.text() }));

export default { fetch: router.fetch };
