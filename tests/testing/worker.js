// A script of tests/testing: what it does, the tests beside it ask.
const upstream = fetch;

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/env") return new Response(env.GREETING ?? "no greeting");
    if (pathname === "/late") {
      ctx.waitUntil(env.LOG.put("late", "1"));
      return new Response("soon");
    }
    if (pathname === "/upstream") {
      const response = await upstream("https://api.example.com/users?id=1", { method: "POST", body: "hello" });
      return new Response(`${response.status} ${await response.text()}`);
    }
    return new Response(request.cf.tlsClientAuth.certVerified);
  },
  async scheduled(controller, env, ctx) {
    ctx.waitUntil(env.LOG.put("cron", `${controller.cron} ${controller.scheduledTime}`));
  },
};
