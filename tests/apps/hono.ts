// A Hono app: a middleware that lets verified clients in, routes, and input checked by zod.
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { z } from "zod";

type Variables = { client: EdgeRunClientCertificate };

const order = z.object({ item: z.string().min(1), count: z.number().int().positive().max(10) });
const app = new Hono<{ Bindings: Env; Variables: Variables }>();

app.use(secureHeaders());
app.use(async (context, next) => {
  const { cf } = context.req.raw as Request<unknown, IncomingRequestCfProperties>;
  const client = cf?.tlsClientAuth.cert;
  if (!client?.ok) throw new HTTPException(403, { message: `no good certificate: ${client?.state}` });
  context.set("client", client);
  await next();
});

app.get("/who/:field{serial|sha256}", (context) => {
  const field = context.req.param("field") as "serial" | "sha256";
  return context.json({ mode: context.env.MODE, [field]: context.get("client")[field] });
});

app.post("/orders", async (context) => {
  const parsed = order.safeParse(await context.req.json());
  if (!parsed.success) return context.json({ issues: parsed.error.issues.map(({ path }) => path.join(".")) }, 422);
  const { count } = await context.env.ORDERS.get<{ count: number }>("all", "json") ?? { count: 0 };
  await context.env.ORDERS.put("all", JSON.stringify({ count: count + parsed.data.count }));
  return context.json({ ordered: count + parsed.data.count }, 201);
});

app.get("/stream", (context) => {
  const parts = ["one", "two", "three"];
  const body = new ReadableStream<string>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
  return context.body(body.pipeThrough(new TextEncoderStream()));
});

export default app;
