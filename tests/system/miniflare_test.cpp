// The same requests to edge-run and to miniflare, Cloudflare's own simulator, told the same about the client.
#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/system/apps.h"

using namespace edge::testing;

namespace {

/// Starts `app` with a configuration that both sides understand, and asks it what requests.mjs lists for it.
/// The answers are compared by miniflare.mjs.
void compare(const std::string& file, const std::string& settings) {
  const TemporaryFolder folder, elsewhere;
  make_cfssl_pki(folder);
  revoke_high_serial(folder);
  const std::string app = file.substr(0, file.rfind('.'));
  CAPTURE(app);
  bundled(folder, file);
  folder.write("secrets.json", R"({"TOKEN_KEY": "0123456789abcdef0123456789abcdef"})");
  folder.write("secrets.txt", "TOKEN_KEY=0123456789abcdef0123456789abcdef\n");
  // JSON has no cf.tlsClientAuth.cert, which is what edge-run adds: it is told in full.
  const std::string facts = folder.write("facts.js", R"(export default { fetch({ cf }) {
    const { tlsClientAuth } = cf;
    return Response.json({ ...cf, tlsClientAuth: { ...tlsClientAuth, cert: tlsClientAuth.cert } });
  } };
)");
  const std::string origin_port = std::to_string(free_port());
  const std::string config = folder.write("wrangler.jsonc", R"({ "name": "app", "main": ")" + app + R"(.js",
    "compatibility_date": "2026-04-01", "limits": { "cpu_ms": 2000 },
    "vars": { "MODE": "strict", "CRL_URL": "http://127.0.0.1:)" +
                                                                origin_port + R"(/list" },)" + settings + R"(
    "edge_run": { "tls_cert": "server.pem", "tls_key": "server-key.pem", "client_ca": "ca.pem",
                  "origin": "http://127.0.0.1:)" + origin_port + R"(" } })");
  Server server(folder, {"-c", config, "--dev-vars", folder.file("secrets.txt"), "--client-crl",
                         folder.file("ca.crl")});
  REQUIRE(server.listening());
  Server told(elsewhere,
              {facts, "--tls-cert", folder.file("server.pem"), "--tls-key", folder.file("server-key.pem"),
               "--client-ca", folder.file("ca.pem"), "--client-crl", folder.file("ca.crl")});
  REQUIRE(told.listening());
  const Setting modules("NODE_PATH", EDGE_RUN_TEST_MODULES);
  const Finished done = run({"/usr/bin/env", "node", app_source("miniflare.mjs"), app, folder.path(),
                             server.url(), told.url(), origin_port},
                            {}, std::chrono::seconds(120));
  INFO(done.out, done.err);
  CHECK(done.exit_code == 0);
}

}  // namespace

TEST_CASE("miniflare: Hono and zod answer there as they do here") {
  compare("hono.ts", R"("kv_namespaces": [{ "binding": "ORDERS", "id": "f00" }],)");
}

TEST_CASE("miniflare: itty-router answers there as it does here") { compare("itty.js", ""); }

TEST_CASE("miniflare: jose makes and refuses the same tokens there as here") { compare("tokens.ts", ""); }

TEST_CASE("miniflare: a service worker with pkijs, KV and an origin answers there as it does here") {
  compare("crl_worker.js", R"("kv_namespaces": [{ "binding": "CRL_STORE", "id": "b2a" }],)");
}

TEST_CASE("miniflare: what the platform refuses is refused there with the same words") {
  compare("platform.js", R"("kv_namespaces": [{ "binding": "STORE", "id": "b2b" }],)");
}
