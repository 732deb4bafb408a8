// What a real origin hears about a client, whatever the client itself says.
#include <doctest/doctest.h>

#include <algorithm>
#include <regex>

#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

/// An origin that shows these headers as it got them, "[name=value]"; what came twice is joined with commas.
std::string echo_origin(std::uint16_t port, const std::vector<std::string>& names) {
  std::string shown;
  for (std::string name : names) {
    std::ranges::transform(name, name.begin(), [](char c) {
      return c == '-' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    shown += "[" + name + "=$http_" + name + "]";
  }
  return "underscores_in_headers on; ignore_invalid_headers off; large_client_header_buffers 4 64k; server { "
         "listen "
         "127.0.0.1:" +
         std::to_string(port) + "; location / { return 200 \"" + shown + "\"; } }";
}

Arguments forwarding(const TemporaryFolder& folder, std::uint16_t origin, const Arguments& more) {
  Arguments arguments{folder.write("pass.js", "export default { fetch: (request) => fetch(request) };"),
                      "--tls-cert",
                      folder.file("server.pem"),
                      "--tls-key",
                      folder.file("server-key.pem"),
                      "--client-ca",
                      folder.file("ca.pem"),
                      "--client-crl",
                      folder.file("ca.crl"),
                      "--origin",
                      "http://127.0.0.1:" + std::to_string(origin),
                      "--workers",
                      "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string shown(const std::string& answer, const std::string& name) {
  const std::string start = "[" + name + "=";
  const auto at = answer.find(start);
  REQUIRE_MESSAGE(at != std::string::npos, answer);
  return answer.substr(at + start.size(), answer.find(']', at) - at - start.size());
}

std::string output_of(const std::string& script, const TemporaryFolder& folder) {
  const Finished done = run({"/bin/sh", "-euc", script}, {}, std::chrono::seconds(60), folder.path());
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  return done.out.substr(0, done.out.find_last_not_of('\n') + 1);
}

/// The spellings of T20, in which an origin may take a header for `name`.
std::vector<std::string> spellings(const std::string& name) {
  std::string upper = name, lower = name, under = name, dot = name;
  std::ranges::transform(name, upper.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  std::ranges::transform(name, lower.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  std::ranges::replace(under, '-', '_');
  std::ranges::replace(dot, '-', '.');
  std::string upper_under = upper, mixed = lower;
  std::ranges::replace(upper_under, '-', '_');
  const auto last = mixed.rfind('-');
  if (last != std::string::npos) mixed[last] = '_';
  return {name, upper, lower, under, dot, upper_under, mixed};
}

}  // namespace

TEST_CASE("T20: of all presets an origin hears what the server says, and no forgery in any spelling") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  struct Preset {
    std::string name;
    std::vector<std::string> headers;
  };
  const Preset presets[] = {
      {"cloudflare", {"Cf-Client-Cert-Der-Base64", "Cf-Client-Cert-Sha256"}},
      {"managed-transform", {"cf-cert-verified", "cf-cert-serial", "cf-cert-sha256"}},
      {"rfc9440", {"Client-Cert", "Client-Cert-Chain"}},
      {"xfcc", {"X-Forwarded-Client-Cert"}},
      {"nginx",
       {"ssl-client-verify", "ssl-client-s-dn", "ssl-client-subject-dn", "ssl-client-serial",
        "ssl-client-cert"}},
      {"aws", {"X-Amzn-Mtls-Clientcert-Serial-Number", "X-Amzn-Mtls-Clientcert-Leaf"}},
  };
  std::vector<std::string> all{"X-Who", "Client-Cert-Too-Large"};
  for (const Preset& preset : presets) all.insert(all.end(), preset.headers.begin(), preset.headers.end());
  Arguments forged;
  for (const std::string& name : all)
    for (const std::string& spelling : spellings(name))
      forged.insert(forged.end(), {"-H", spelling + ": forged"});
  forged.insert(forged.end(), {"-H", "Connection: Client-Cert, X-Who, ssl-client-verify, cf-cert-verified"});
  const auto origin_port = free_port();
  Nginx origin(folder, echo_origin(origin_port, all));
  for (const Preset& preset : presets) {
    CAPTURE(preset.name);
    Server server(folder, forwarding(folder, origin_port,
                                     {"--forward", preset.name, "--forward-header", "X-Who=certSerial",
                                      "--header-count", "300"}));
    REQUIRE(server.listening());
    for (const std::string client : {"", "foreign", "revoked", "client"}) {
      CAPTURE(client);
      const std::string answer = curl(folder, server.url(), client, forged);
      CHECK(answer.starts_with("200 "));
      CHECK_FALSE(answer.contains("forged"));
      for (std::string name : all) {
        const bool is_ours = std::ranges::contains(preset.headers, name) || name == "X-Who";
        std::ranges::replace(name, '-', '_');
        std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
        const bool says_verdict = name == "ssl_client_verify" || preset.name == "managed-transform";
        if (!is_ours) CHECK(shown(answer, name).empty());
        if (is_ours && client != "client" && !says_verdict) CHECK(shown(answer, name).empty());
        if (is_ours && client == "client" && name != "client_cert_chain")
          CHECK_FALSE(shown(answer, name).empty());
      }
    }
  }
}

TEST_CASE("T20: a trailer is no header to the origin, whatever it is called") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  Nginx origin(folder, echo_origin(origin_port, {"Client-Cert", "X-Who"}));
  Server server(folder, forwarding(folder, origin_port,
                                   {"--forward", "rfc9440", "--forward-header", "X-Who=cert.state"}));
  REQUIRE(server.listening());
  const std::string request =
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: Client-Cert, X-Who\r\n"
      "Connection: close\r\n\r\n1\r\na\r\n0\r\nClient-Cert: :forged:\r\nX-Who: forged\r\n\r\n";
  const Finished done = run({tool("openssl"), "s_client", "-quiet", "-connect",
                             "127.0.0.1:" + std::to_string(server.port()), "-servername", "localhost"},
                            request);
  CHECK(done.out.contains("[client_cert=][x_who=none]"));
}

TEST_CASE("what the origin hears is what openssl reads from the certificate") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string openssl = tool("openssl");
  const std::string subject = subject_of(folder.file("client.pem"));
  const std::string serial = output_of(openssl + " x509 -in client.pem -noout -serial | cut -d= -f2", folder);
  const std::string sha256 = output_of(
      openssl + " x509 -in client.pem -outform DER | " + openssl + " dgst -sha256 -r | cut -c-64", folder);
  const std::string der = output_of(openssl + " x509 -in client.pem -outform DER | base64 -w0", folder);
  const auto origin_port = free_port();
  Nginx origin(
      folder, echo_origin(origin_port, {"Client-Cert", "Cf-Client-Cert-Der-Base64", "X-Forwarded-Client-Cert",
                                        "ssl-client-verify", "ssl-client-subject-dn", "ssl-client-serial",
                                        "X-Amzn-Mtls-Clientcert-Subject", "X-State"}));
  const auto answer = [&](const std::string& preset, const std::string& client) {
    Server server(folder, forwarding(folder, origin_port,
                                     {"--forward", preset, "--forward-header", "X-State=cert.state"}));
    REQUIRE(server.listening());
    return curl(folder, server.url(), client);
  };
  CHECK(shown(answer("rfc9440", "client"), "client_cert") == ":" + der + ":");
  CHECK(shown(answer("cloudflare", "client"), "cf_client_cert_der_base64") == der);
  CHECK(shown(answer("aws", "client"), "x_amzn_mtls_clientcert_subject") == subject);
  const std::string xfcc = shown(answer("xfcc", "client"), "x_forwarded_client_cert");
  CHECK(xfcc.starts_with("Hash=" + sha256 + ";Cert=\"-----BEGIN%20CERTIFICATE-----%0A"));
  CHECK(xfcc.contains(";Subject=\"" + subject + "\";URI="));
  const std::string nginx = answer("nginx", "client"), revoked = answer("nginx", "revoked");
  CHECK(shown(nginx, "ssl_client_verify") == "SUCCESS");
  CHECK(shown(nginx, "ssl_client_subject_dn") == subject);
  CHECK(shown(nginx, "ssl_client_serial") == serial);
  CHECK(shown(nginx, "x_state") == "verified");
  CHECK(shown(revoked, "ssl_client_verify") == "FAILED:certificate revoked");
  CHECK(shown(revoked, "x_state") == "revoked");
  CHECK(shown(answer("nginx", "foreign"), "ssl_client_verify") ==
        "FAILED:unable to verify the first certificate");
}

TEST_CASE(
    "T36: an origin gets the chain that was verified, also on a resumed session, not what else was sent") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string openssl = tool("openssl");
  folder.write(
      "x.conf",
      "[req]\ndistinguished_name = dn\n[dn]\n[ca]\nbasicConstraints = critical,CA:TRUE\n[client]\n"
      "extendedKeyUsage = clientAuth\n[long]\nextendedKeyUsage = clientAuth\nsubjectAltName = "
      "@names\n[names]\n" +
          [] {
            std::string names;
            for (int i = 0; i < 400; ++i)
              names +=
                  "DNS." + std::to_string(i) + " = a-long-name-of-a-host-" + std::to_string(i) + ".example\n";
            return names;
          }());
  const auto make = [&](const std::string& name, const std::string& ca, const std::string& extensions) {
    return openssl +
           " req -config x.conf -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " +
           name + "-key.pem -out r.csr -subj /CN=" + name + "; " + openssl + " x509 -req -in r.csr -CA " +
           ca + ".pem -CAkey " + ca + "-key.pem -days 30 -extfile x.conf -extensions " + extensions +
           " -out " + name + ".pem; ";
  };
  output_of(make("middle", "ca", "ca") + make("leaf", "middle", "client") + make("huge", "ca", "long") +
                "cat leaf.pem client.pem ca.pem middle.pem > chain.pem; cp leaf-key.pem chain-key.pem",
            folder);
  const std::string middle = output_of(openssl + " x509 -in middle.pem -outform DER | base64 -w0", folder);
  const auto origin_port = free_port();
  Nginx origin(folder,
               echo_origin(origin_port, {"Client-Cert", "Client-Cert-Chain", "Client-Cert-Too-Large"}));
  Server server(folder, forwarding(folder, origin_port, {"--forward", "rfc9440", "--crl-missing", "allow"}));
  REQUIRE(server.listening());
  CHECK(shown(curl(folder, server.url(), "chain"), "client_cert_chain") == ":" + middle + ":");
  const std::string client = openssl +
                             " s_client -quiet -connect 127.0.0.1:" + std::to_string(server.port()) +
                             " -servername localhost -cert leaf.pem -key leaf-key.pem -cert_chain chain.pem ";
  const std::string request =
      "printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | ";
  CHECK(shown(output_of(request + client + "-sess_out s.pem 2>&1", folder), "client_cert_chain") ==
        ":" + middle + ":");
  CHECK(shown(output_of(request + client + "-sess_in s.pem 2>&1", folder), "client_cert_chain") ==
        ":" + middle + ":");

  // T25: a certificate that is too large for a header is announced in its stead.
  const std::string huge = curl(folder, server.url(), "huge");
  CHECK(shown(huge, "client_cert").empty());
  CHECK(shown(huge, "client_cert_too_large") == "leaf");
}

TEST_CASE("only the first request of a connection says who the client is, where that is wanted") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  Nginx origin(folder, echo_origin(origin_port, {"ssl-client-verify"}));
  for (const auto& [requests, expected] :
       {std::pair{"first", "[ssl_client_verify=SUCCESS][ssl_client_verify=]"},
        std::pair{"every", "[ssl_client_verify=SUCCESS][ssl_client_verify=SUCCESS]"}}) {
    Server server(folder,
                  forwarding(folder, origin_port, {"--forward", "nginx", "--forward-requests", requests}));
    REQUIRE(server.listening());
    const Finished done = run({tool("curl"), "-sS", "--cacert", folder.file("ca.pem"), "--cert",
                               folder.file("client.pem"), "--key", folder.file("client-key.pem"), "-H",
                               "ssl_client_verify: forged", server.url("/1"), server.url("/2")});
    CHECK(done.out == expected);
  }
}

TEST_CASE("T17: a header's field that does not exist stops the start, with the one it resembles") {
  const TemporaryFolder folder;
  folder.write("a.js", "export default {};");
  const std::string config = folder.write("edge-run.toml",
                                          "script = \"a.js\"\norigin = \"http://127.0.0.1:9\"\n\n"
                                          "[forward_headers]\nX-Name = \"cert.comonName\"\n");
  const Finished done = run({edge_run(), "check", "-c", config});
  CHECK(done.exit_code == 3);
  CHECK(
      done.err.contains("edge-run.toml:5: forward_headers.X-Name: \"cert.comonName\" is no field of "
                        "request.cf.tlsClientAuth; did you mean cert.commonName?"));
}
