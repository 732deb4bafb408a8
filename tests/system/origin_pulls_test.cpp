// Which certificate an origin is shown, by the hostname that the client asked for.
#include <doctest/doctest.h>

#include "tests/system/edge_run.h"

using namespace edge::testing;

TEST_CASE(
    "origin pulls: a hostname's certificate comes before its zone's, and one without gets none of theirs") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string openssl = tool("openssl");
  std::string make;
  for (const std::string name : {"api", "zone", "global"})
    make += openssl +
            " req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config x.conf -keyout " +
            name + ".key -out r.csr -subj /CN=" + name + "; " + openssl +
            " x509 -req -in r.csr -CA ca.pem -CAkey ca-key.pem "
            "-days 30 -out " +
            name + ".pem; ";
  folder.write("x.conf", "[req]\ndistinguished_name = dn\n[dn]\n");
  const Finished made = run({"/bin/sh", "-euc", make}, {}, std::chrono::seconds(60), folder.path());
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const auto origin_port = free_port(), other_port = free_port();
  const auto server_at = [&](std::uint16_t port, const std::string& answer) {
    return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl; ssl_certificate " +
           folder.file("server.pem") + "; ssl_certificate_key " + folder.file("server-key.pem") +
           "; ssl_client_certificate " + folder.file("ca.pem") +
           "; ssl_verify_client optional; location / { return 200 \"" + answer + " $ssl_client_s_dn\"; } }";
  };
  const Nginx origins(folder, server_at(origin_port, "$connection") + server_at(other_port, "other"));
  const auto at_port = [](std::uint16_t port) {
    return "\"https://localhost:" + std::to_string(port) + "/\"";
  };
  folder.write("pass.js",
               "export default { fetch(request) { const { pathname } = new URL(request.url);"
               "if (pathname === '/other') return fetch(" +
                   at_port(other_port) +
                   ");"
                   "return pathname === '/named' ? fetch(" +
                   at_port(origin_port) + ") : fetch(request); } };");
  const std::string site =
      "script = \"pass.js\"\ntls_cert = \"server.pem\"\ntls_key = \"server-key.pem\"\norigin = "
      "\"https://localhost:" +
      std::to_string(origin_port) + "\"\norigin_ca = \"ca.pem\"\nlocal_fetch = [\"localhost\"]\n";
  const auto shows = [](const std::string& name) {
    return "origin_cert = \"" + name + ".pem\"\norigin_key = \"" + name + ".key\"\n";
  };
  const std::string config = folder.write(
      "edge-run.toml", "workers = 1\n[[site]]\nhosts = [\"api.example.com\"]\n" + site + shows("api") +
                           "[[site]]\nhosts = [\"static.example.com\"]\n" + site +
                           "[[site]]\nhosts = [\"example.com\", \"*.example.com\"]\n" + site + shows("zone") +
                           "[[site]]\nname = \"others\"\n" + site + shows("global"));
  Server server(folder, {"-c", config});
  REQUIRE(server.listening());
  const auto shown = [&](const std::string& host, const std::string& path = "/") {
    const std::string at = host + ":" + std::to_string(server.port());
    const std::string answer =
        curl(folder, "https://" + at + path, "", {"-k", "--resolve", at + ":127.0.0.1"});
    const auto name = answer.rfind(' ');
    return answer.starts_with("200 ") ? answer.substr(name + 1) : answer;
  };
  // Twice, so that connections that are kept would be used by the wrong site if they could.
  for (int round = 0; round < 2; ++round) {
    CHECK(shown("static.example.com").empty());
    CHECK(shown("api.example.com") == "CN=api");
    CHECK(shown("www.example.com") == "CN=zone");
    CHECK(shown("example.com") == "CN=zone");
    CHECK(shown("example.org") == "CN=global");
    // The origin by its own name is the origin; whoever else asks for a certificate gets none.
    CHECK(shown("api.example.com", "/named") == "CN=api");
    CHECK(shown("api.example.com", "/other").empty());
  }
}
