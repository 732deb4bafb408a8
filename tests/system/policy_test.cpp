// The main job, with real clients and certificates made by cfssl as Cloudflare's documentation tells.
#include <doctest/doctest.h>

#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

Arguments mtls(const TemporaryFolder& folder, const std::string& script, const Arguments& more = {}) {
  Arguments arguments{script,
                      "--tls-cert",
                      folder.file("server.pem"),
                      "--tls-key",
                      folder.file("server-key.pem"),
                      "--client-ca",
                      folder.file("ca.pem")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string script(const std::string& name) { return std::string(EDGE_RUN_SOURCE) + "/" + name; }

/// An origin that shows which headers it got.
std::string echo_origin(std::uint16_t port) {
  return "server { listen 127.0.0.1:" + std::to_string(port) +
         "; location / { return 200 \"origin sees [$http_x_cert_subject_dn] [$http_x_cert_serial] "
         "[$http_x_cert_verify] "
         "[$http_cf_client_cert_sha256] [$http_client_cert] [$http_x_cert_finger] host=$http_host\"; } }";
}

}  // namespace

TEST_CASE("seed 003: no certificate, a foreign one and a revoked one get 403, a good one passes") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  Nginx origin(folder, echo_origin(origin_port));
  for (const char* list : {"ca.crl", "ca.crl.base64"}) {
    CAPTURE(list);
    Server server(folder, mtls(folder, script("scripts/revoke.js"),
                               {"--client-crl", folder.file(list), "--origin",
                                "http://127.0.0.1:" + std::to_string(origin_port), "--workers", "1"}));
    REQUIRE(server.listening());
    CHECK(curl(folder, server.url(), "") == "403 client certificate required");
    CHECK(curl(folder, server.url(), "foreign") == "403 client certificate not trusted");
    CHECK(curl(folder, server.url(), "revoked") == "403 client certificate revoked");
    CHECK(curl(folder, server.url(), "client").starts_with("200 origin sees"));
  }
}

TEST_CASE("T20: an origin sees the nine headers of the certificate, and none that the client forged") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  Nginx origin(folder, "underscores_in_headers on; " + echo_origin(origin_port));
  Server server(folder, mtls(folder, script("scripts/forward.js"),
                             {"--client-crl", folder.file("ca.crl"), "--origin",
                              "http://127.0.0.1:" + std::to_string(origin_port)}));
  REQUIRE(server.listening());
  const std::string answer =
      curl(folder, server.url(), "client",
           {"-H", "X-Cert-Subject-DN: CN=admin", "-H", "x_cert_verify: SUCCESS", "-H",
            "Cf-Client-Cert-Sha256: 00", "-H", "Client_Cert: :AAAA:", "-H", "Connection: X-Cert-Serial"});
  CHECK(answer.find("origin sees [" + subject_of(folder.file("client.pem")) + "]") != std::string::npos);
  CHECK(answer.find("[SUCCESS] [] []") != std::string::npos);
  CHECK(answer.find("host=localhost:" + std::to_string(server.port())) != std::string::npos);
  CHECK(answer.find("admin") == std::string::npos);
}

TEST_CASE("T23: where a client says it comes from counts for nothing") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string show = folder.write(
      "show.js",
      "export default { fetch: ({ headers }) => new Response(['x-forwarded-for', 'x-forwarded-proto', "
      "'x-real-ip', "
      "'cf-connecting-ip', 'forwarded', 'true-client-ip'].map((name) => headers.get(name)).join(' ')) };");
  Server server(folder, mtls(folder, show));
  CHECK(curl(folder, server.url(), "",
             {"-H", "X-Forwarded-For: 6.6.6.6", "-H", "X-Forwarded-Proto: http", "-H", "X-Real-IP: 6.6.6.6",
              "-H", "CF-Connecting-IP: 6.6.6.6", "-H", "Forwarded: for=6.6.6.6", "-H",
              "True-Client-IP: 6.6.6.6"}) == "200 127.0.0.1 https 127.0.0.1 127.0.0.1  ");
}

TEST_CASE("the presets tell the origin who the client is without a line of script") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  Nginx origin(folder, echo_origin(origin_port));
  const std::string pass = folder.write("pass.js", "export default { fetch: (request) => fetch(request) };");
  const std::string url = "http://127.0.0.1:" + std::to_string(origin_port);
  {
    Server server(folder, mtls(folder, pass, {"--origin", url, "--forward", "rfc9440"}));
    CHECK(curl(folder, server.url(), "client").find("] [:MII") != std::string::npos);
    CHECK(curl(folder, server.url(), "").find(":MII") == std::string::npos);
  }
  Server server(folder, mtls(folder, pass, {"--origin", url, "--forward", "cloudflare"}));
  const std::string answer = curl(folder, server.url(), "client");
  CHECK(answer.find("[] [] [] [] []") == std::string::npos);
  CHECK(answer.find("origin sees [] [] [] [") != std::string::npos);
}

TEST_CASE("required mode refuses a client without a certificate in the handshake") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  Server server(folder, mtls(folder, script("examples/hello.js"),
                             {"--client-auth=required", "--client-crl=" + folder.file("ca.crl")}));
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "").starts_with("curl "));
  CHECK(curl(folder, server.url(), "foreign").starts_with("curl "));
  CHECK(curl(folder, server.url(), "revoked").starts_with("curl "));
  CHECK(curl(folder, server.url(), "client").starts_with("200 Hello CN=James Royal"));
}

TEST_CASE("a failed client authentication is an event that says who, why and which CA was wanted") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  Server server(folder, mtls(folder, script("examples/hello.js"), {"--log-format", "json"}));
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "foreign").starts_with("403 Not trusted: FAILED:"));
  REQUIRE(server.process().wait_for("tls.client_auth"));
  const std::string log = server.process().output();
  CHECK(log.find("FAILED:unable to verify the first certificate") != std::string::npos);
  CHECK(log.find("CN=James Royal") != std::string::npos);
  CHECK(log.find("CN=Access Testing CA") != std::string::npos);
}

TEST_CASE(
    "check: a trap in a script is a warning, with --strict an error and exit code 3, wherever it stands") {
  const TemporaryFolder folder;
  folder.write("rules.ts",
               "export const isGood = (auth: { certRevoked: string }): boolean => !auth.certRevoked;\n");
  const std::string policy = folder.write(
      "policy.ts",
      "import { isGood } from \"./rules\";\nexport default { fetch(request: Request): Response {\n"
      "  return new Response(isGood(request.cf.tlsClientAuth) ? \"in\" : \"out\"); } };\n");
  const std::string finding = "rules.ts:1:68: certRevoked is \"0\" or \"1\"";
  const Finished strict = run({edge_run(), "check", "--strict", policy}, {}, std::chrono::seconds(60));
  CHECK(strict.exit_code == 3);
  CHECK(strict.out.contains("error: " + folder.file(finding)));
  CHECK(strict.err.contains("1 problem was found"));
  const Finished usual = run({edge_run(), "check", policy}, {}, std::chrono::seconds(60));
  CHECK(usual.exit_code == 0);
  CHECK(usual.out.contains("warning: " + folder.file(finding)));
}

TEST_CASE(
    "seed 000: edge-run presents its certificate to an origin that verifies, and is such an origin itself") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  Nginx origin(folder,
               "server { listen 127.0.0.1:" + std::to_string(origin_port) + " ssl; ssl_certificate " +
                   folder.file("server.pem") + "; ssl_certificate_key " + folder.file("server-key.pem") +
                   "; ssl_client_certificate " + folder.file("ca.pem") +
                   "; ssl_verify_client on; location / { return 200 \"pulled by $ssl_client_s_dn\"; } }");
  const std::string pass = folder.write("pass.js", "export default { fetch: (request) => fetch(request) };");
  const std::string url = "https://localhost:" + std::to_string(origin_port);
  {
    Server without(folder, mtls(folder, pass, {"--origin", url, "--origin-ca", folder.file("ca.pem")}));
    CHECK(curl(folder, without.url(), "").starts_with("400 "));
  }
  {
    Server untrusting(folder,
                      mtls(folder, pass, {"--origin", url, "--origin-ca", folder.file("foreign-ca.pem")}));
    CHECK(curl(folder, untrusting.url(), "").starts_with("500 "));
  }
  Server server(folder, mtls(folder, pass,
                             {"--origin", url, "--origin-ca", folder.file("ca.pem"), "--origin-cert",
                              folder.file("client.pem"), "--origin-key", folder.file("client-key.pem")}));
  CHECK(curl(folder, server.url(), "") == "200 pulled by " + subject_of(folder.file("client.pem")));
}
