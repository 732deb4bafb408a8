// Asks one app the same requests twice: of edge-run over mutual TLS, and of miniflare with the `cf` that edge-run's
// scripts see for the same client. Ends with 1 where the answers differ and differences.mjs does not know it.
//
//   NODE_PATH=… node miniflare.mjs APP FOLDER EDGE_URL FACTS_URL ORIGIN_PORT
//
// FOLDER holds the certificates, wrangler.jsonc and what it names; a script at FACTS_URL answers with its `cf`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { request as httpsRequest } from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";

import { differences } from "./differences.mjs";
import { requests } from "./requests.mjs";

const { Miniflare } = createRequire(import.meta.url)("miniflare");
const [, , app, folder, edgeUrl, factsUrl, originPort] = process.argv;
const inFolder = (name) => readFileSync(join(folder, name));

/// Headers that no script sets: of the connection, of the moment, of the way between miniflare and workerd.
const ofTheConnection = new Set(
  ["connection", "content-length", "date", "keep-alive", "transfer-encoding", "mf-content-encoding"]);

/// { status, headers, body } of a server that is asked over mutual TLS.
function askEdge(base, { client = "client", method = "GET", path, headers = {}, body }) {
  const certificate = client && { cert: inFolder(`${client}.pem`), key: inFolder(`${client}-key.pem`) };
  // As a string, because a URL object would write the path in its own way.
  const { hostname, port } = new URL(base);
  const options = { hostname, port, path, method, headers, agent: false, ca: inFolder("ca.pem"), ...certificate };
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, timeout: 20_000 }, async (response) => {
      const body = Buffer.concat(await collected(response));
      resolve({ status: response.statusCode, headers: pairs(response.rawHeaders), body });
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 20 s"))).on("error", reject);
    request.end(body);
  });
}

async function collected(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const pairs = (flat) => flat.flatMap((name, i) => (i % 2 ? [] : [[name.toLowerCase(), flat[i + 1]]]));

async function askMiniflare(miniflare, cf, { method = "GET", path, headers = {}, body }) {
  const init = { method, headers, body, cf, redirect: "manual", signal: AbortSignal.timeout(20_000) };
  const response = await miniflare.dispatchFetch(new URL(edgeUrl).origin + path, init);
  const raw = [...response.headers].filter(([name]) => name !== "set-cookie");
  raw.push(...response.headers.getSetCookie().map((cookie) => ["set-cookie", cookie]));
  return { status: response.status, headers: raw, body: Buffer.from(await response.arrayBuffer()) };
}

/// What scripts fetch: a list of revoked serials, some statuses, and the request told in JSON.
async function origin(request, response) {
  const body = Buffer.concat(await collected(request)).toString();
  const { pathname } = new URL(request.url, "http://origin");
  if (pathname === "/list") return response.end(inFolder("high.crl"));
  if (pathname === "/redirect") return response.writeHead(302, { location: "/elsewhere" }).end("moved");
  if (pathname === "/cookies") return response.writeHead(200, { "set-cookie": ["a=1", "b=2; Path=/"] }).end();
  const status = Number(pathname.match(/^\/status\/(\d+)$/)?.[1] ?? 200);
  const told = { method: request.method, url: request.url, headers: request.headers, body };
  response.writeHead(status, { "content-type": "application/json" }).end(status === 204 ? "" : JSON.stringify(told));
}

function miniflareOptions() {
  const config = JSON.parse(inFolder("wrangler.jsonc"));
  const script = inFolder(config.main).toString();
  return {
    modules: /^export\b/m.test(script),
    script,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags ?? [],
    bindings: { ...config.vars, ...JSON.parse(inFolder("secrets.json")) },
    kvNamespaces: (config.kv_namespaces ?? []).map(({ binding }) => binding),
    outboundService: { external: { address: `127.0.0.1:${originPort}`, http: {} } },
    cf: {},
  };
}

/// An answer as { name: text }, so that what differs has a name. JSON is taken apart.
function told({ status, headers, body }) {
  const facts = { status: String(status) };
  const own = headers.filter(([name]) => !ofTheConnection.has(name));
  for (const [name, value] of own) facts[`header ${name}`] = `${facts[`header ${name}`] ?? ""}${value}\n`;
  const text = body.toString("latin1");
  if (/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return { ...facts, ...toldToken(text) };
  try {
    tell("body", JSON.parse(body.toString()), facts);
  } catch {
    facts.body = text;
  }
  return facts;
}

function tell(name, value, facts) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) facts[name] = JSON.stringify(value);
  else for (const [key, member] of Object.entries(value)) tell(`${name}.${key}`, member, facts);
}

/// Two tokens are never made in the same moment.
function toldToken(text) {
  const [header, payload] = text.split(".").map((part) => Buffer.from(part, "base64url").toString());
  return { header, payload: JSON.stringify({ ...JSON.parse(payload), exp: "a moment" }) };
}

function withToken(request, answer) {
  if (!request.token) return request;
  const token = answer.body.toString() + (request.token === "changed" ? "x" : "");
  return { ...request, headers: { authorization: `Bearer ${token}` } };
}

const ruleOf = (path, name) =>
  differences.find((rule) => rule.app === app && (rule.path ?? path) === path && rule.name === name);
/// The name of an error that the app told, which is in quotes: its JSON.
const errorOf = (fact) => fact?.match(/^"(\w*Error): /)?.[1] ?? fact;

/// What is not as it should be, a line each; marks the rules that were of use.
function surprises({ client = "client", method = "GET", path }, edge, miniflare) {
  const lines = [];
  for (const name of new Set([...Object.keys(edge), ...Object.keys(miniflare)])) {
    if (edge[name] === miniflare[name]) continue;
    const rule = ruleOf(path, name);
    if (rule) rule.used = true;
    if (rule && (!rule.onlyWords || errorOf(edge[name]) === errorOf(miniflare[name]))) continue;
    lines.push(`${app}: ${client || "nobody"}: ${method} ${path}: ${name}: edge-run ${JSON.stringify(edge[name])}, ` +
      `miniflare ${JSON.stringify(miniflare[name])}`);
  }
  return lines;
}

async function compare(miniflare) {
  const facts = {}, found = [];
  let last = [];
  for (const request of requests[app]) {
    const { client = "client" } = request;
    facts[client] ??= JSON.parse((await askEdge(factsUrl, { client, path: "/" })).body);
    const answers = await Promise.all([
      askEdge(edgeUrl, withToken(request, last[0])),
      askMiniflare(miniflare, facts[client], withToken(request, last[1])),
    ]);
    found.push(...surprises(request, ...answers.map(told)));
    // Only what was asked for is a token to be sent.
    if (request.path === "/token") last = answers;
  }
  const stale = differences.filter((rule) => rule.app === app && !rule.used);
  return [...found, ...stale.map((rule) => `${app}: no difference any more: ${rule.path ?? ""} ${rule.name}`)];
}

const server = createServer(origin).listen(Number(originPort), "127.0.0.1");
const miniflare = new Miniflare(miniflareOptions());
try {
  const found = await compare(miniflare);
  console.log(found.length ? found.join("\n") : `${app}: ${requests[app].length} requests are answered alike`);
  process.exitCode = found.length ? 1 : 0;
} finally {
  await miniflare.dispose();
  server.close();
  server.closeAllConnections();
}
