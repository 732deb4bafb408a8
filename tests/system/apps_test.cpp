// Programs that people write for Workers, with libraries from npm: bundled by `edge-run bundle`, configured
// by a wrangler file, checked with `edge-run types`, and asked over mutual TLS.
#include <doctest/doctest.h>
#include <cstdlib>
#include <filesystem>

#include "tests/system/apps.h"

using namespace edge::testing;

namespace {

/// A wrangler file for `main`, with the certificates of the folder.
std::string wrangler_file(const TemporaryFolder& folder, const std::string& main, const std::string& more) {
  return folder.write("wrangler.jsonc", "{\n  // an app\n  \"name\": \"app\", \"main\": \"" + main + R"(",
  "compatibility_date": "2026-01-01", "compatibility_flags": ["nodejs_compat"], "observability": { "enabled": true },
  "limits": { "cpu_ms": 2000 },)" + more + R"(
  "edge_run": { "tls_cert": "server.pem", "tls_key": "server-key.pem", "client_ca": "ca.pem", "client_crl": "ca.crl" },
})");
}

}  // namespace

TEST_CASE("apps: Hono and zod decide about clients and their orders") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  bundled(folder, "hono.ts");
  const std::string config = wrangler_file(
      folder, "hono.js",
      R"("vars": { "MODE": "strict" }, "kv_namespaces": [{ "binding": "ORDERS", "id": "f00" }],)");
  Server server(folder, {"-c", config});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url("/who/serial"), "") == "403 no good certificate: none");
  CHECK(curl(folder, server.url("/who/serial"), "revoked") == "403 no good certificate: revoked");
  CHECK(curl(folder, server.url("/who/serial"), "foreign") == "403 no good certificate: failed");
  CHECK(curl(folder, server.url("/who/serial"), "client")
            .starts_with("200 {\"mode\":\"strict\",\"serial\":\""));
  CHECK(curl(folder, server.url("/who/name"), "client") == "404 404 Not Found");
  const auto order = [&](const std::string& json) {
    return curl(folder, server.url("/orders"), "client",
                {"-H", "Content-Type: application/json", "-d", json});
  };
  CHECK(order(R"({"item": "", "count": 11})") == R"(422 {"issues":["item","count"]})");
  CHECK(order(R"({"item": "nut", "count": 3})") == R"(201 {"ordered":3})");
  CHECK(order(R"({"item": "nut", "count": 4})") == R"(201 {"ordered":7})");
  CHECK(curl(folder, server.url("/stream"), "client") == "200 onetwothree");
}

TEST_CASE("apps: itty-router routes requests with their parameters") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  bundled(folder, "itty.js");
  Server server(folder, {"-c", wrangler_file(folder, "itty.js", "")});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url("/v1/me"), "") == R"(403 {"status":403,"error":"certificate required"})");
  CHECK(curl(folder, server.url("/v1/me"), "client") == R"(200 {"commonName":["James Royal"]})");
  CHECK(curl(folder, server.url("/v1/devices/a/b?verbose=yes"), "client") ==
        R"(200 {"id":"a/b","verbose":true})");
  CHECK(curl(folder, server.url("/v1/echo"), "client", {"-X", "PUT", "-d", "hello"}) ==
        R"(200 {"got":"hello"})");
  CHECK(curl(folder, server.url("/v2/me"), "client").starts_with("404"));
}

TEST_CASE("apps: a token made with jose is for the client it was made for") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  bundled(folder, "tokens.ts");
  folder.write("secrets.txt", "TOKEN_KEY=\"0123456789abcdef0123456789abcdef\"\n");
  Server server(folder, {"-c", wrangler_file(folder, "tokens.js", ""), "--dev-vars",
                         folder.file("secrets.txt"), "--client-crl", folder.file("ca.crl")});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "client") == "401 no good token: ERR_JWS_INVALID");
  const std::string answer = curl(folder, server.url("/token"), "client");
  REQUIRE(answer.starts_with("200 ey"));
  const std::string header = "Authorization: Bearer " + answer.substr(4);
  CHECK(curl(folder, server.url(), "client", {"-H", header}) == "200 welcome");
  CHECK(curl(folder, server.url(), "client", {"-H", header + "x"}) ==
        "401 no good token: ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
  CHECK(curl(folder, server.url(), "revoked", {"-H", header}) == "403 certificate required");
  CHECK(server.process().output().find("0123456789abcdef") == std::string::npos);
}

TEST_CASE(
    "apps: a Worker that keeps a list in KV and parses it with pkijs refuses a serial with its high bit "
    "set") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  revoke_high_serial(folder);
  bundled(folder, "crl_worker.js");
  const auto origin_port = free_port();
  const std::string origin = "http://127.0.0.1:" + std::to_string(origin_port);
  Nginx nginx(folder, "server { listen 127.0.0.1:" + std::to_string(origin_port) +
                          "; location /list { alias " + folder.file("high.crl") +
                          "; } location / { return 200 \"origin\"; } }");
  const std::string config =
      folder.write("wrangler.toml",
                   "name = \"crl-worker\"\ntype = \"webpack\"\nmain = \"crl_worker.js\"\n"
                   "kv-namespaces = [{ binding = \"CRL_STORE\", id = \"b2a\" }]\n"
                   "vars = { CRL_URL = \"" +
                       origin +
                       "/list\" }\nlimits = { cpu_ms = 2000 }\n"
                       "[edge_run]\ntls_cert = \"server.pem\"\ntls_key = \"server-key.pem\"\nclient_ca = "
                       "\"ca.pem\"\norigin = \"" +
                       origin + "\"\n");
  Server server(folder, {"-c", config});
  REQUIRE(server.listening());
  for (const char* round : {"fetched", "from KV"}) {
    CAPTURE(round);
    CHECK(curl(folder, server.url(), "") == "403 certificate required");
    CHECK(curl(folder, server.url(), "foreign") == "403 certificate not trusted");
    CHECK(curl(folder, server.url(), "high") == "403 certificate revoked");
    CHECK(curl(folder, server.url(), "client") == "200 origin");
  }
}

TEST_CASE("types: tsc --strict accepts what a site's env allows, and nothing else") {
  const TemporaryFolder folder;
  for (const char* name : {"hono.ts", "tokens.ts", "misuse.ts", "tsconfig.json"})
    std::filesystem::copy_file(app_source(name), folder.file(name));
  std::filesystem::create_directory_symlink(EDGE_RUN_TEST_MODULES, folder.file("node_modules"));
  folder.write("secrets.txt", "TOKEN_KEY=hunter2\n");
  const std::string config = folder.write(
      "wrangler.jsonc", R"({"main": "hono.ts", "vars": {"MODE": "strict", "LIMITS": {"perDay": 5}},
        "kv_namespaces": [{"binding": "ORDERS"}]})");
  const Finished types = run({edge_run(), "types", "-c", config, "--dev-vars", folder.file("secrets.txt"),
                              "--out", folder.file("edge-run.d.ts")});
  INFO(types.err);
  REQUIRE(types.exit_code == 0);
  CHECK(read_file(folder.file("edge-run.d.ts")).find("hunter2") == std::string::npos);
  const Finished checked =
      run({"/usr/bin/env", "node", EDGE_RUN_TEST_MODULES "/typescript/bin/tsc", "-p", "."}, {},
          std::chrono::seconds(300), folder.path());
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
}

TEST_CASE("bundle: without esbuild it says how to get it, and a script that cannot be bundled fails") {
  const TemporaryFolder folder;
  const std::string script = folder.write("a.js", "import 'nothing-of-this-name'; export default {};");
  {
    const Setting path("PATH", folder.path());
    const Finished done = run({edge_run(), "bundle", script});
    CHECK(done.exit_code == 3);
    CHECK(done.err.find("install it with: npm install --save-dev esbuild") != std::string::npos);
  }
  const auto tools = std::filesystem::path(tool("esbuild")).parent_path().string();
  const Setting path("PATH", tools + ":" + std::getenv("PATH"));
  const Finished done = run({edge_run(), "bundle", script});
  CHECK(done.exit_code == 3);
  CHECK(done.err.find("Could not resolve \"nothing-of-this-name\"") != std::string::npos);
}

TEST_CASE("source maps: an uncaught error of a bundle is told with the place in the author's file") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  folder.write("deep.ts", "export function deep(a: number): Response {\n  throw new Error('boom');\n}\n");
  const std::string script = folder.write(
      "app.ts",
      "import { deep } from './deep';\nexport default { fetch(request: Request) {\n"
      "  try { return deep(1) } catch (error) { console.warn('seen', error); throw error }\n} };\n");
  const auto tools = std::filesystem::path(tool("esbuild")).parent_path().string();
  const Setting path("PATH", tools + ":" + std::getenv("PATH"));
  for (const char* kind : {"--sourcemap=linked", "--sourcemap=inline"}) {
    CAPTURE(kind);
    const Finished done =
        run({edge_run(), "bundle", script, "-o", folder.file("out.js"), "--", "--minify", kind});
    REQUIRE(done.exit_code == 0);
    Server server(folder, {"-c", wrangler_file(folder, "out.js", "")});
    REQUIRE(server.listening());
    CHECK(curl(folder, server.url(), "client").starts_with("500"));
    CHECK(server.process().wait_for("script.exception"));
    const std::string log = server.process().output();
    CHECK(log.find("deep.ts:2:9") != log.rfind("deep.ts:2:9"));
    CHECK(log.find("app.ts:3:") != std::string::npos);
    CHECK(log.find("out.js:") == std::string::npos);
  }
}

TEST_CASE("apps: a bundle in CommonJS is a script, and rules say what its files are") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  folder.write("page.md", "# hello");
  folder.write("key.raw", std::string("\0\1\2", 3));
  folder.write("part.ts", "export const part: string = 'part';\n");
  const std::string source =
      folder.write("app.ts",
                   "import { Buffer } from 'node:buffer'; import page from './page.md';\n"
                   "import key from './key.raw'; import { part } from './part';\n"
                   "export const Other = { fetch: () => new Response('other') };\n"
                   "export default { fetch: () => new Response("
                   "[page, key.byteLength, Buffer.from(part).toString('hex')].join()) };\n");
  const std::string out = folder.file("worker.cjs");
  const Finished done = run({tool("esbuild"), source, "--bundle", "--format=cjs", "--platform=neutral",
                             "--external:node:*", "--external:*.md", "--external:*.raw", "--outfile=" + out});
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  REQUIRE(read_file(out).find("require(\"./page.md\")") != std::string::npos);
  Server server(folder, {"-c", wrangler_file(folder, "worker.cjs",
                                             R"("rules": [{ "type": "Text", "globs": ["**/*.md"] },
                                                          { "type": "Data", "globs": ["*.raw"] }],)")});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "client") == "200 # hello,3,70617274");
}

TEST_CASE("typescript: a script is served, checked and refused as it is") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  folder.write("rules.ts",
               "export type Rule = { status: number };\nexport const rule: Rule = { status: 201 };\n");
  folder.write("main.ts",
               "import { rule, type Rule } from './rules.js';\nexport default { fetch(request: Request) {\n"
               "  if (request.url.endsWith('/fail')) throw new Error('boom' satisfies string);\n"
               "  return new Response('typed', (rule as Rule)); } };\n");
  folder.write("broken.ts", "const a = 1;\nnamespace N { export const b = a }\nexport default {};\n");
  const Finished bad = run({edge_run(), "check", folder.file("broken.ts")});
  CHECK(bad.exit_code == 3);
  CHECK(bad.out.find("broken.ts:2:1: TypeScript namespace") != std::string::npos);
  CHECK(bad.out.find("edge-run bundle " + folder.file("broken.ts")) != std::string::npos);
  CHECK(run({edge_run(), "check", folder.file("main.ts")}).exit_code == 0);
  Server server(folder, {"-c", wrangler_file(folder, "main.ts", "")});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "client") == "201 typed");
  CHECK(curl(folder, server.url("/fail"), "client").starts_with("500"));
  CHECK(server.process().wait_for("main.ts:3:44"));
}
