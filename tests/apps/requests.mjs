// What the apps of this folder are asked, of edge-run and of miniflare.
// { app: [request, …] } in the order of asking. A request: { client = "client", method = "GET", path, headers = {},
// body, token }; `token` is to be sent as it came from this side's last answer, "changed" with a letter more.

const clients = ["", "client", "revoked", "foreign"];
const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };
const order = (body, headers = json) => ({ method: "POST", path: "/orders", headers, body });
const put = (body, headers = {}) => ({ method: "PUT", path: "/v1/echo", body, headers });
const bearer = (authorization) => ({ path: "/", headers: { authorization } });

export const requests = {
  hono: [
    ...clients.flatMap((client) => ["/who/serial", "/who/sha256", "/nowhere"].map((path) => ({ client, path }))),
    ...["/who/name", "/who/", "//who/serial", "/who/serial?a=%zz", "/who/serial/", "/%77ho/serial"]
      .map((path) => ({ path })),
    order('{"item": "", "count": 11}'),
    order('{"item": "nut", "count": 3}'),
    order('{"item": "nut", "count": 4}', { "content-type": "text/plain" }),
    order('{"item": "nut", "count": 4, "more": [1e400, "\\ud800"]}'),
    order('[]'),
    order('{"item": "bolt", "count": 1.5}'),
    { path: "/stream" },
    { path: "/stream", method: "HEAD" },
    { path: "/who/serial", method: "HEAD" },
    { path: "/orders", method: "OPTIONS" },
    { path: "/orders", method: "DELETE" },
  ],
  itty: [
    ...clients.map((client) => ({ client, path: "/v1/me" })),
    { path: "/v1/devices/a/b?verbose=yes" },
    { path: "/v1/devices/%F0%9F%94%91?verbose=no&verbose=yes" },
    { path: "/v1/devices/%E0%A4%A" },
    put("hello"),
    put(""),
    put("grüße \u{1f511}"),
    put(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x00, 0x62])),
    put("a=1&b=2", form),
    { path: "/v1/echo", method: "POST", body: "x" },
    { path: "/v2/me" },
    { path: "/" },
  ],
  tokens: [
    ...clients.flatMap((client) => [{ client, path: "/token" }, { client, path: "/" }]),
    { path: "/token" },
    { path: "/", token: "same" },
    { path: "/", token: "changed" },
    bearer("Bearer a.b.c"),
    bearer("Bearer eyJhbGciOiJub25lIn0.e30."),
    bearer("Bearer eyJhbGciOiJIUzUxMiJ9.e30.AAAA"),
    bearer("Bearer eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.e30.AAAA"),
    bearer("Basic eyJhbGciOiJIUzI1NiJ9"),
  ],
  crl_worker: [
    ...[1, 2].flatMap(() => [...clients, "high"].map((client) => ({ client, path: "/" }))),
    { path: "/deep/path?with=query", headers: { "x-asked": "yes", cookie: "a=b", "user-agent": "a client" } },
    { path: "/form", method: "POST", body: "a=1&b=2", headers: form },
    { path: "/status/404" },
    { path: "/status/204" },
    { path: "/redirect" },
    { path: "/cookies" },
  ],
  platform: [
    ...["headers", "request", "response", "body", "url", "text", "crypto", "kv", "cache", "streams", "events",
      "clone", "form", "globals", "fetching"].map((part) => ({ path: `/${part}` })),
    ...clients.map((client) => ({ client, path: "/client" })),
  ],
};
