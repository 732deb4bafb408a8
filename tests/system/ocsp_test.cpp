// A server that asks openssl's OCSP responder, beside curl's connections.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "tests/support/process.h"
#include "tests/system/edge_run.h"

using namespace edge::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* tells_verdict = R"(
export default {
  fetch(request) {
    const { certRevoked, cert } = request.cf.tlsClientAuth;
    const { verdict, unknownBecause, list, reason } = cert.crl;
    return new Response([certRevoked, cert.ok, verdict, unknownBecause, list, reason].join(" "));
  },
};
)";

std::string hexadecimal_serial(const std::string& pem_file) {
  const std::string out = run({tool("openssl"), "x509", "-in", pem_file, "-noout", "-serial"}).out;
  return out.substr(out.find('=') + 1, out.find('\n') - out.find('=') - 1);
}

/// The database of `openssl ca`: client.pem is valid, revoked.pem is revoked, others are not known.
void write_index(const TemporaryFolder& folder) {
  folder.write("index.txt", "V\t400101000000Z\t\t" + hexadecimal_serial(folder.file("client.pem")) +
                                "\tunknown\t/CN=client\nR\t400101000000Z\t250101000000Z,keyCompromise\t" +
                                hexadecimal_serial(folder.file("revoked.pem")) + "\tunknown\t/CN=revoked\n");
}

Arguments responder(const TemporaryFolder& folder, int port) {
  return {tool("openssl"), "ocsp",
          "-index",        folder.file("index.txt"),
          "-port",         std::to_string(port),
          "-rsigner",      folder.file("ca.pem"),
          "-rkey",         folder.file("ca-key.pem"),
          "-CA",           folder.file("ca.pem"),
          "-nmin",         "5"};
}

/// What the script says once it is `wanted`; the last answer when it never is.
std::string eventually(const TemporaryFolder& folder, const Server& server, const std::string& certificate,
                       const std::string& wanted) {
  std::string answer;
  for (int attempt = 0; attempt < 100; ++attempt) {
    answer = curl(folder, server.url(), certificate);
    if (answer == wanted) break;
    std::this_thread::sleep_for(50ms);
  }
  return answer;
}

}  // namespace

TEST_CASE("ocsp: what openssl's responder says is what the script is told, from the second request on") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  write_index(folder);
  const std::string script = folder.write("verdict.js", tells_verdict);
  const int port = free_port();
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  Server server(folder, {script, "--tls-cert", folder.file("server.pem"), "--tls-key",
                         folder.file("server-key.pem"), "--client-ca", folder.file("ca.pem"),
                         "--ocsp-responder", url, "--crl-private", "on", "--workers", "2"});
  REQUIRE(server.listening());
  // Nobody answers there yet, and nobody waits for it.
  const auto before = std::chrono::steady_clock::now();
  CHECK(curl(folder, server.url(), "client") == "200 0 false unknown missing  ");
  CHECK(std::chrono::steady_clock::now() - before < 4s);
  REQUIRE(server.process().wait_for("ocsp.failed"));

  Background openssl(responder(folder, port), folder.path());
  CHECK(eventually(folder, server, "client", "200 0 true good  ocsp:" + url + " ") ==
        "200 0 true good  ocsp:" + url + " ");
  CHECK(eventually(folder, server, "revoked", "200 1 false revoked  ocsp:" + url + " keyCompromise") ==
        "200 1 false revoked  ocsp:" + url + " keyCompromise");
  // server.pem is no client's, but of this CA, and the responder has never heard of it.
  const std::string explained =
      run({edge_run(), "explain", "--cert", folder.file("revoked.pem"), "--client-ca", folder.file("ca.pem"),
           "--ocsp-responder", url, "--state-dir", folder.file("state")},
          {}, 60s, folder.path())
          .out;
  CHECK(explained.contains("revoked since 2025-01-01"));
  CHECK(explained.contains("(keyCompromise) by ocsp:" + url));
}
