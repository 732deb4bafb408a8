// A script with every kind of answer, good and bad: what worker.test.js asks.
const routes = {
  "/text": () => new Response("text", { headers: { "X-Case": "Kept" } }),
  "/json": () => Response.json({ a: 1 }),
  "/env": (request, env) => Response.json(Object.keys(env)),
  "/echo": (request) => new Response(request.body, { headers: request.headers }),
  "/cf": (request) => Response.json(request.cf ?? null),
  "/headers": (request) => request.headers.set("a", "b"),
  "/redirect-mode": (request) => new Response(request.redirect),
  "/throws": () => { throw new Error("thrown by the policy"); },
  "/rejects": async () => { throw undefined; },
  "/nothing": () => {},
  "/number": () => 403,
  "/look-alike": () => ({ status: 200, headers: new Headers(), body: null }),
  "/error": () => Response.error(),
  "/used": async () => {
    const response = new Response("x");
    await response.text();
    return response;
  },
  "/wait-until": (request, env, ctx) => {
    ctx.waitUntil(Promise.reject(new Error("after the answer")));
    return new Response("ok");
  },
};

export default {
  fetch(request, env, ctx) {
    return routes[new URL(request.url).pathname](request, env, ctx);
  },
};
