// The gate of scripts/access.js with real clients, in front of an origin that verifies its tokens with jose.
#include <doctest/doctest.h>

#include <regex>

#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

const std::string source = EDGE_RUN_SOURCE;
const std::string audience(64, 'a');

/// tests/apps/access_origin.mjs on a port, which fetches the gate's keys from `team_domain`.
class JoseOrigin {
 public:
  JoseOrigin(const TemporaryFolder& folder, const std::string& team_domain)
      : port_(free_port()),
        process_({"/usr/bin/env", "JOSE=" EDGE_RUN_TEST_MODULES "/jose/dist/webapi/index.js",
                  "TEAM_DOMAIN=" + team_domain, "POLICY_AUD=" + audience,
                  "NODE_EXTRA_CA_CERTS=" + folder.file("ca.pem"), "node",
                  source + "/tests/apps/access_origin.mjs", std::to_string(port_)}) {
    const bool started = process_.wait_for("origin is listening");
    INFO(process_.output());
    REQUIRE(started);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  std::uint16_t port_;
  Background process_;
};

/// Secrets of the gate, before and after its key was rotated: first.env, rotated.env.
void make_secrets(const TemporaryFolder& folder) {
  const std::string make = tool("openssl") + " genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048";
  const Finished done = run({"/bin/sh", "-euc",
                             make + " > one.pem; " + make +
                                 " > two.pem; "
                                 "(echo \"ACCESS_SIGNING_KEY=\\\"$(cat one.pem)\\\"\"; "
                                 "echo CI_SECRET=0123456789abcdef) > first.env; "
                                 "(echo \"ACCESS_SIGNING_KEY=\\\"$(cat two.pem)\\\"\"; "
                                 "echo \"ACCESS_PREVIOUS_SIGNING_KEY=\\\"$(cat one.pem)\\\"\"; "
                                 "echo CI_SECRET=0123456789abcdef) > rotated.env"},
                            {}, std::chrono::seconds(60), folder.path());
  INFO(done.out, done.err);
  REQUIRE(done.exit_code == 0);
}

std::string rules(const std::string& team_domain) {
  return R"({"team_domain": ")" + team_domain +
         R"(", "service_tokens": [{"id": "ci", "client_id": "ci.access", "secret": "CI_SECRET"}],
         "applications": [{"name": "all", "domain": "localhost", "aud": ")" +
         audience + R"(", "policies": [{"decision": "non_identity", "include": [
           {"common_name": {"common_name": "James Royal"}}, {"any_valid_service_token": {}}]}]}]})";
}

std::string local_url(std::uint16_t port) { return "https://localhost:" + std::to_string(port); }

/// The gate on its own port and on `known_port`, which its rules name.
Server gate(const TemporaryFolder& folder, std::uint16_t known_port, const std::string& secrets,
            const std::string& origin) {
  return Server(folder,
                {source + "/scripts/access.js", "--listen", "127.0.0.1:" + std::to_string(known_port),
                 "--tls-cert", folder.file("server.pem"), "--tls-key", folder.file("server-key.pem"),
                 "--client-ca", folder.file("ca.pem"), "--client-crl", folder.file("ca.crl"), "--dev-vars",
                 folder.file(secrets), "--var", "ACCESS:=" + rules(local_url(known_port)), "--origin", origin,
                 "--origin-ca", folder.file("ca.pem")});
}

}  // namespace

TEST_CASE("access: jose verifies the gate's token as Cloudflare documents, also after the key was rotated") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  make_secrets(folder);
  const auto known_port = free_port();
  std::string cookie;
  for (const char* secrets : {"first.env", "rotated.env"}) {
    CAPTURE(secrets);
    const JoseOrigin origin(folder, local_url(known_port));
    CHECK(curl(folder, origin.url(), "") == "403 missing token");
    Server server = gate(folder, known_port, secrets, origin.url());
    REQUIRE(server.listening());
    CHECK(curl(folder, server.url(), "") == "403 Forbidden");
    CHECK(curl(folder, server.url(), "foreign") == "403 Forbidden");
    CHECK(curl(folder, server.url(), "revoked") == "403 Forbidden");
    CHECK(curl(folder, server.url(), "",
               {"-H", "Cf-Access-Jwt-Assertion: x", "-H", "CF_Access_Client_Id: ci.access"}) ==
          "403 Forbidden");
    const std::string answer = curl(folder, server.url(), "client", {"-i"});
    CHECK(answer.contains(R"({"name":"James Royal","alg":"RS256","cnf":{"x5t#S256":")"));
    CHECK(curl(folder, server.url(), "",
               {"-H", "CF-Access-Client-Id: ci.access", "-H", "CF-Access-Client-Secret: 0123456789abcdef"}) ==
          R"(200 {"name":"ci.access","alg":"RS256"})");
    CHECK(curl(folder, server.url("/cdn-cgi/access/certs"), "").contains(R"("public_certs":[{"kid":")"));

    // A cookie of before the rotation is honoured for its own client, and for nobody else.
    if (!cookie.empty()) {
      CHECK_FALSE(curl(folder, server.url(), "client", {"-i", "-H", "Cookie: " + cookie})
                      .contains("CF_Authorization"));
      CHECK(curl(folder, server.url(), "revoked", {"-H", "Cookie: " + cookie}) == "403 Forbidden");
      CHECK(curl(folder, server.url(), "", {"-H", "Cookie: " + cookie}) == "403 Forbidden");
    }
    std::smatch set;
    REQUIRE(std::regex_search(
        answer, set,
        std::regex("[Ss]et-[Cc]ookie: (CF_Authorization=[^;]+); Path=/; Max-Age=86400; Secure; SameSite=Lax; "
                   "HttpOnly")));
    cookie = set[1];
    CHECK_FALSE(server.process().output().contains("0123456789abcdef"));
  }
}

TEST_CASE("access: the certificate in the key set holds the key that signs") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  make_secrets(folder);
  Server server = gate(folder, free_port(), "first.env", "http://127.0.0.1:9");
  REQUIRE(server.listening());
  const std::string set = curl(folder, server.url("/cdn-cgi/access/certs"), "");
  std::smatch found;
  REQUIRE(std::regex_search(set, found, std::regex("\"cert\":\"([^\"]+)\"")));
  folder.write("key.crt", std::regex_replace(found[1].str(), std::regex("\\\\n"), "\n"));
  const Finished keys = run({"/bin/sh", "-euc",
                             tool("openssl") + " x509 -in key.crt -noout -pubkey > a; " + tool("openssl") +
                                 " pkey -in one.pem -pubout > b; cmp a b; " + tool("openssl") +
                                 " verify -check_ss_sig -CAfile key.crt key.crt"},
                            {}, std::chrono::seconds(20), folder.path());
  INFO(keys.out, keys.err);
  CHECK(keys.exit_code == 0);
}

TEST_CASE("access: rules that are wrong and a key that is missing stop the start, with the place") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  make_secrets(folder);
  const auto check = [&](const std::string& rules, const std::string& secrets) {
    Arguments arguments{edge_run(), "check", source + "/scripts/access.js", "--var", "ACCESS:=" + rules};
    if (!secrets.empty()) arguments.insert(arguments.end(), {"--dev-vars", folder.file(secrets)});
    const Finished done = run(arguments, {}, std::chrono::seconds(60), folder.path());
    CHECK(done.exit_code == 3);
    return done.out + done.err;
  };
  CHECK(check("{}", "first.env").contains("TypeError: ACCESS.team_domain is missing"));
  const std::string good = rules("https://team.example.com");
  CHECK(check(good, "").contains("ACCESS.service_tokens[0].secret names CI_SECRET, but env has no secret"));
  CHECK(check(std::regex_replace(good, std::regex("non_identity"), "service_auth"), "first.env")
            .contains("ACCESS.applications[0].policies[0].decision must be \"allow\" or \"deny\""));
}
