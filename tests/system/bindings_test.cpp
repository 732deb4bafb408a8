// Bindings of a running server: services between two sites, a certificate shown to a partner, scheduled runs.
#include <doctest/doctest.h>

#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

const std::string examples = std::string(EDGE_RUN_SOURCE) + "/examples/";

}  // namespace

TEST_CASE("trigger: a scheduled handler runs by hand, in the state that the server has") {
  const TemporaryFolder folder;
  // Where the server keeps its state, too.
  const Arguments options{examples + "scheduled.js", "--kv", "STATE", "--cron", "*/5 * * * *", "--state-dir",
                          folder.file("state")};
  const auto trigger = [&](Arguments more) {
    Arguments command{edge_run(), "trigger"};
    command.insert(command.end(), more.begin(), more.end());
    return run(command, {}, std::chrono::seconds(30), folder.path());
  };
  CHECK(trigger({examples + "scheduled.js", "--kv", "STATE"}).exit_code == 2);
  CHECK(trigger({examples + "scheduled.js", "--kv", "STATE", "--cron", "never"}).exit_code == 3);
  CHECK(trigger({examples + "hello.js", "--cron", "* * * * *"})
            .err.contains("Handler does not export a scheduled()"));

  const Finished done = trigger(options);
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(done.out == "site default: the scheduled handler ran for '*/5 * * * *'\n");
  CHECK(trigger(options).exit_code == 0);

  make_cfssl_pki(folder);
  Arguments serve(options.begin(), options.end() - 2);
  const Arguments tls{
      "--tls-cert", folder.file("server.pem"), "--tls-key", folder.file("server-key.pem"), "--workers", "2"};
  serve.insert(serve.end(), tls.begin(), tls.end());
  Server server(folder, serve);
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "").starts_with(R"(200 {"runs":2,"last":{"cron":"*/5 * * * *","time":)"));

  const std::string broken =
      folder.write("broken.js", "export default { scheduled() { throw new Error('no'); } };\n");
  CHECK(trigger({broken, "--cron", "* * * * *"}).exit_code == 1);
}

TEST_CASE("services: one site's script asks another's, with the facts of the client") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string tls = "tls_cert = \"server.pem\"\ntls_key = \"server-key.pem\"\nclient_ca = \"ca.pem\"\n";
  folder.write("gate.js", R"(export default { async fetch(request, env) {
    const verdict = await env.AUTH.fetch(request);
    return new Response("gate: " + await verdict.text());
  } };
)");
  folder.write("auth.js", R"(export default { fetch(request) {
    const { cert } = request.cf.tlsClientAuth;
    return new Response(cert.ok ? "welcome" : "refused: " + cert.state);
  } };
)");
  const std::string config = folder.write(
      "edge-run.toml",
      "workers = 1\n[[site]]\nname = \"gate\"\nscript = \"gate.js\"\n" + tls +
          "services = [{ binding = \"AUTH\", service = \"auth\" }]\n[[site]]\nname = \"auth\"\n" +
          "hosts = [\"auth.internal\"]\nscript = \"auth.js\"\n" + tls);
  Server server(folder, {"--config", config});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url(), "") == "200 gate: refused: none");
  CHECK(curl(folder, server.url(), "foreign") == "200 gate: refused: failed");
  CHECK(curl(folder, server.url(), "client") == "200 gate: welcome");

  folder.write("edge-run.toml",
               read_file(config) + "services = [{ binding = \"GONE\", service = \"gates\" }]\n");
  const Finished refused = run({edge_run(), "check", "--config", config});
  CHECK(refused.exit_code == 3);
  CHECK(refused.err.contains("GONE is for gates, but no site has that name"));
}

TEST_CASE("mTLS bindings: fetch() of a binding presents its certificate, and fetch() does not") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string partner_script = folder.write("partner.js", R"(export default { fetch(request) {
    const auth = request.cf.tlsClientAuth;
    return new Response(`${auth.certVerified} ${auth.certSubjectDN} ${request.headers.get("x-client") !== null}`);
  } };
)");
  Server partner(folder,
                 {partner_script, "--tls-cert", folder.file("server.pem"), "--tls-key",
                  folder.file("server-key.pem"), "--client-ca", folder.file("ca.pem"), "--workers", "1"});
  REQUIRE(partner.listening());
  const std::string script = folder.write("edge.js", R"(export default { async fetch(request, env) {
    const path = new URL(request.url).pathname;
    return (path === "/plain" ? fetch : (url) => env[path.slice(1)].fetch(url))(env.URL);
  } };
)");
  const std::string both = folder.write(
      "both.pem", read_file(folder.file("client.pem")) + read_file(folder.file("client-key.pem")));
  Server edge(folder, {script, "--tls-cert", folder.file("server.pem"), "--tls-key",
                       folder.file("server-key.pem"), "--workers", "1", "--origin-ca", folder.file("ca.pem"),
                       "--local-fetch", "localhost", "--var", "URL=" + partner.url(), "--mtls-certificate",
                       "CLIENT=" + both + "," + both, "--mtls-certificate",
                       "FOREIGN=" + folder.file("foreign.pem") + "," + folder.file("foreign-key.pem")});
  REQUIRE(edge.listening());
  // Another Host than the partner's: that one would be the site's own origin.
  const auto ask = [&](const std::string& path) {
    return curl(folder, edge.url(path), "", {"--header", "Host: edge.test"});
  };
  // Again and again: connections of one identity are never another's.
  for (int i = 0; i < 2; ++i) {
    CHECK(ask("/plain").starts_with("200 NONE"));
    CHECK(ask("/CLIENT").starts_with("200 SUCCESS " + subject_of(folder.file("client.pem"))));
    CHECK(ask("/FOREIGN").starts_with("200 FAILED"));
  }
}
