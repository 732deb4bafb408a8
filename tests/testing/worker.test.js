// `cloudflare:test`: the tests of a Worker, as they are written for vitest-pool-workers.
import {
  createExecutionContext, createScheduledController, env, fetchMock, SELF, waitOnExecutionContext,
} from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { cf } from "edge-run:test";
import worker from "./worker.js";

const stored = () => {
  const values = new Map();
  return { LOG: { put: async (key, value) => void values.set(key, value) }, values };
};

describe("env", () => {
  it("has nothing that the command line does not name", () => { expect(Object.keys(env)).toEqual([]); });
  it("is what the script under test gets", async () => {
    expect(await (await SELF.fetch("https://example.com/env")).text()).toBe("no greeting");
  });
});

describe("createExecutionContext", () => {
  it("collects what the handler leaves to be done", async () => {
    const own = stored();
    const ctx = createExecutionContext();
    const response = await worker.fetch(new Request("https://example.com/late"), own, ctx);
    expect(await response.text()).toBe("soon");
    await waitOnExecutionContext(ctx);
    expect(own.values.get("late")).toBe("1");
  });
  it("throws what a promise was rejected with", async () => {
    const ctx = createExecutionContext();
    ctx.waitUntil(Promise.reject(new Error("lost")));
    await expect(waitOnExecutionContext(ctx)).rejects.toThrow("lost");
  });
  it("is the only kind that can be waited for", async () => {
    await expect(waitOnExecutionContext({})).rejects.toThrow(TypeError);
  });
  it("goes with a controller for scheduled()", async () => {
    const own = stored();
    const ctx = createExecutionContext();
    await worker.scheduled(createScheduledController({ scheduledTime: new Date(1000), cron: "30 * * * *" }), own, ctx);
    await waitOnExecutionContext(ctx);
    expect(own.values.get("cron")).toBe("30 * * * * 1000");
  });
});

describe("SELF", () => {
  it.each(["none", "failed", "verified"])("sees a client whose certificate is: %s", async (kind) => {
    const words = { none: "NONE", failed: /^FAILED:/, verified: "SUCCESS" };
    const text = await (await SELF.fetch("https://example.com/", { cf: cf(kind) })).text();
    expect(text).toMatch(words[kind]);
  });
});

describe("fetchMock", () => {
  beforeAll(() => {
    fetchMock.activate();
    fetchMock.disableNetConnect();
  });
  afterEach(() => { fetchMock.assertNoPendingInterceptors(); });
  const ask = async () => (await SELF.fetch("https://example.com/upstream")).text();

  it("lets nothing through that no answer fits", async () => {
    await expect(fetch("https://other.example/")).rejects.toThrow("no answer of fetchMock fits GET /");
  });
  it("answers what fits, once", async () => {
    fetchMock.get("https://api.example.com").intercept({ path: "/users?id=1", method: "POST", body: "hello" })
      .reply(201, { name: "alice" });
    expect(await ask()).toBe('201 {"name":"alice"}');
    await expect(fetch("https://api.example.com/users?id=1", { method: "POST", body: "hello" })).rejects.toThrow();
  });
  it("answers by a function, as often as told", async () => {
    fetchMock.get("https://api.example.com").intercept({ path: /users/, method: "POST" })
      .reply(200, ({ body }) => body.toUpperCase()).times(2);
    expect([await ask(), await ask()]).toEqual(["200 HELLO", "200 HELLO"]);
  });
  it("fails as told", async () => {
    fetchMock.get("https://api.example.com").intercept({ path: "/", headers: { accept: "text/html" } })
      .replyWithError(new Error("reset"));
    await expect(fetch("https://api.example.com/", { headers: { accept: "text/html" } })).rejects.toThrow("reset");
  });
  it("names what was not asked for", () => {
    fetchMock.get("https://api.example.com").intercept({ path: "/never" }).reply(200);
    expect(() => fetchMock.assertNoPendingInterceptors()).toThrow("GET https://api.example.com/never");
    fetchMock.reset();
  });
  it("takes a function for everything", async () => {
    fetchMock.use(async (request) => new Response(`${request.method} ${await request.text()}`));
    expect(await ask()).toBe("200 POST hello");
    fetchMock.reset();
  });
  it("refuses an option that it does not know", () => {
    expect(() => fetchMock.get("https://a.example").intercept({ url: "/" })).toThrow("path");
  });
});
