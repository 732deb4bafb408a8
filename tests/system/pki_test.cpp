// The commands about certificates and lists, beside what openssl writes and reads.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "tests/support/process.h"
#include "tests/system/edge_run.h"

using namespace edge::testing;
using namespace std::chrono_literals;

namespace {

Finished call(const TemporaryFolder& folder, Arguments words) {
  words.insert(words.begin(), edge_run());
  return run(words, {}, 60s, folder.path());
}

void shell(const TemporaryFolder& folder, const std::string& script) {
  const Finished done = run({"/bin/sh", "-euc", "openssl() { " + tool("openssl") + " \"$@\"; }\n" + script},
                            {}, 60s, folder.path());
  INFO(done.out, done.err);
  REQUIRE(done.exit_code == 0);
}

/// ca.pem, and a.crl by `openssl ca`: a partition for users, of two serials.
void make_partition(const TemporaryFolder& folder) {
  folder.write("openssl.cnf",
               "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ncrlnumber=crlnumber\n"
               "default_crl_days=5\ncrl_extensions=c\n[c]\nauthorityKeyIdentifier=keyid\n"
               "issuingDistributionPoint=critical,@i\n[i]\nfullname=URI:http://crl.example.com/a.crl\n"
               "onlyuser=TRUE\n");
  folder.write("index.txt",
               "R\t400101000000Z\t261101000000Z,keyCompromise\t05\tunknown\t/CN=a\n"
               "R\t400101000000Z\t261102000000Z\t009312\tunknown\t/CN=b\n");
  folder.write("crlnumber", "0C\n");
  shell(folder,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem "
        "-subj '/O=Ex/CN=Try CA' -days 100\n"
        "openssl ca -config openssl.cnf -gencrl -cert ca.pem -keyfile ca.key -out a.crl\n");
}

}  // namespace

TEST_CASE("crl: lists of openssl are read, verified and compared, and exit codes tell") {
  const TemporaryFolder folder;
  make_partition(folder);
  const Finished read = call(folder, {"crl", "inspect", "a.crl", "--entries"});
  CHECK(read.exit_code == 0);
  for (const char* part : {"CN=Try CA,O=Ex", "12 (0C)", "users' certificates", "http://crl.example.com/a.crl",
                           "issuingDistributionPoint (critical)", "05  keyCompromise, 2026-11-01 00:00 UTC",
                           "009312  unspecified"})
    CHECK_MESSAGE(read.out.contains(part), part);
  CHECK(call(folder, {"crl", "verify", "a.crl", "--ca", "ca.pem"}).exit_code == 0);
  const Finished later = call(folder, {"crl", "verify", "a.crl", "--ca", "ca.pem", "--at", "2040-01-01"});
  CHECK(later.exit_code == 1);
  CHECK(later.out.contains("overdue"));
  CHECK(call(folder, {"crl", "verify", "ca.pem", "--ca", "ca.pem"}).exit_code == 3);

  shell(folder,
        "sed -i '$d' index.txt\n"
        "openssl ca -config openssl.cnf -gencrl -cert ca.pem -keyfile ca.key -out b.crl\n");
  const Finished differ = call(folder, {"crl", "diff", "a.crl", "b.crl"});
  CHECK(differ.exit_code == 1);
  CHECK(differ.out.contains("- 009312"));
  CHECK(call(folder, {"crl", "diff", "b.crl", "b.crl"}).exit_code == 0);
}

TEST_CASE("crl fetch: a list is written, a login page and a list of another CA are not") {
  const TemporaryFolder folder;
  make_partition(folder);
  shell(
      folder,
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem "
      "-subj '/O=Ex/CN=Try CA' -days 100\n");
  folder.write("page.html", "<html>log in</html>");
  const std::string port = std::to_string(free_port());
  const Nginx nginx(folder, "server { listen 127.0.0.1:" + port + "; root " + folder.path() + "; }");
  const std::string url = "http://127.0.0.1:" + port;
  CHECK(call(folder, {"crl", "fetch", url + "/page.html", "-o", "got.crl"}).exit_code == 3);
  CHECK(call(folder, {"crl", "fetch", url + "/missing.crl", "-o", "got.crl"}).err.contains("404"));
  const Finished foreign =
      call(folder, {"crl", "fetch", url + "/a.crl", "--ca", "other.pem", "-o", "got.crl"});
  CHECK(foreign.exit_code == 3);
  CHECK(foreign.err.contains("signature was not made"));
  CHECK(read_file(folder.file("got.crl")).empty());
  CHECK(call(folder, {"crl", "fetch", url + "/a.crl", "--ca", "ca.pem", "-o", "got.crl"}).exit_code == 0);
  CHECK(read_file(folder.file("got.crl")) == read_file(folder.file("a.crl")));
}

TEST_CASE("explain: what it prints is, octet by octet, what a running server tells a script") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string script = folder.write(
      "echo.js",
      "export default { fetch: (request) => new Response(JSON.stringify(request.cf.tlsClientAuth)) };\n");
  Server server(folder, {script, "--tls-cert", folder.file("server.pem"), "--tls-key",
                         folder.file("server-key.pem"), "--client-ca", folder.file("ca.pem"), "--client-crl",
                         folder.file("ca.crl"), "--workers", "1"});
  REQUIRE(server.listening());
  // Its own chain, and a certificate that no chain needs.
  folder.write("chained.pem", read_file(folder.file("client.pem")) + read_file(folder.file("ca.pem")) +
                                  read_file(folder.file("foreign.pem")));
  folder.write("chained-key.pem", read_file(folder.file("client-key.pem")));
  for (const auto& [name, code] : std::vector<std::pair<std::string, int>>{
           {"client", 0}, {"chained", 0}, {"revoked", 1}, {"foreign", 1}}) {
    CAPTURE(name);
    // Without --cacert: OpenSSL would add the CA to what the client sends.
    const std::string answer =
        run({tool("curl"), "-sSk", "--max-time", "20", "--cert", folder.file(name + ".pem"), "--key",
             folder.file(name + "-key.pem"), server.url()})
            .out;
    REQUIRE(answer.starts_with("{"));
    const Arguments words{"explain",
                          "--cert",
                          folder.file(name + ".pem"),
                          "--client-ca",
                          "ca.pem",
                          "--client-crl",
                          "ca.crl",
                          "--json",
                          "--state-dir",
                          folder.file("state")};
    const Finished told = call(folder, words);
    CHECK(told.exit_code == code);
    CHECK(told.out.contains("\"tlsClientAuth\":" + answer + "}"));
  }
  const Finished told = call(folder, {"explain", "--cert", "revoked.pem", "--client-ca", "ca.pem",
                                      "--client-crl", "ca.crl", "--state-dir", folder.file("state")});
  CHECK(told.out.contains("revoked since"));
  CHECK(told.out.contains("certRevoked: \"1\""));
}

TEST_CASE("explain: the site of a configuration file is chosen by --host") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  folder.write("ok.js", "export default { fetch: () => new Response('ok') };\n");
  folder.write("edge-run.toml",
               "state_dir = \"state\"\n"
               "[[site]]\nhosts = [\"a.example.com\"]\nscript = \"ok.js\"\ntls_cert = \"server.pem\"\n"
               "tls_key = \"server-key.pem\"\nclient_ca = [\"ca.pem\"]\nclient_auth = \"required\"\n"
               "[[site]]\nhosts = [\"b.example.com\"]\nscript = \"ok.js\"\ntls_cert = \"server.pem\"\n"
               "tls_key = \"server-key.pem\"\n");
  CHECK(call(folder, {"explain", "--cert", "client.pem"}).err.contains("choose with --host"));
  CHECK(call(folder, {"explain", "--cert", "client.pem", "--host", "A.example.com."}).exit_code == 0);
  const Finished foreign = call(folder, {"explain", "--cert", "foreign.pem", "--host", "a.example.com"});
  CHECK(foreign.exit_code == 1);
  CHECK(foreign.out.contains("refused, in the handshake"));
  CHECK(call(folder, {"explain", "--cert", "client.pem", "--host", "b.example.com"})
            .err.contains("no certificate"));
  CHECK(call(folder, {"explain", "--cert", "client.pem", "--host", "c.example.com"})
            .err.contains("no site serves"));
}

TEST_CASE("certs: openssl verifies what is made, and goes on with the folder") {
  const TemporaryFolder folder;
  CHECK(call(folder, {"certs", "init", "--cn", "Root", "--key", "rsa3072"}).exit_code == 0);
  CHECK(call(folder, {"certs", "ca", "--into", "issuing", "--cn", "Issuing", "--key", "p384"}).exit_code ==
        0);
  CHECK(
      call(folder, {"certs", "server", "--dir", "issuing", "--san", "dns:localhost", "--san", "ip:127.0.0.1"})
          .exit_code == 0);
  folder.write("password", "open sesame\n");
  CHECK(call(folder, {"certs", "client", "--dir", "issuing", "--cn", "alice", "--spiffe",
                      "spiffe://example.com/alice", "--p12", "alice.p12", "--p12-password-file", "password"})
            .exit_code == 0);
  shell(folder,
        "openssl verify -x509_strict -purpose sslserver -verify_hostname localhost -CAfile pki/ca.pem "
        "-untrusted "
        "issuing/localhost.pem issuing/localhost.pem\n"
        "openssl verify -x509_strict -purpose sslclient -CAfile pki/ca.pem -untrusted issuing/alice.pem "
        "issuing/alice.pem\n"
        "openssl x509 -in issuing/alice.pem -noout -ext subjectAltName | grep -q "
        "URI:spiffe://example.com/alice\n"
        "openssl pkcs12 -in alice.p12 -passin file:password -nodes -out alice.txt\n"
        "test \"$(grep -c 'BEGIN CERTIFICATE' alice.txt)\" = 2\n"
        "grep -q 'BEGIN PRIVATE KEY' alice.txt\n"
        "if openssl pkcs12 -in alice.p12 -passin pass:wrong -nodes -noout; then exit 1; fi\n");

  CHECK(call(folder, {"certs", "revoke", "issuing/alice.pem", "--dir", "issuing", "--reason", "cACompromise"})
            .exit_code == 0);
  folder.write("openssl.cnf",
               "[ca]\ndefault_ca=d\n[d]\ndatabase=issuing/index.txt\ndefault_md=sha384\n"
               "crlnumber=issuing/crlnumber\ndefault_crl_days=5\n");
  shell(folder,
        "openssl crl -in issuing/crl.pem -noout -CAfile issuing/ca.pem 2>verified; grep -q 'verify OK' "
        "verified\n"
        "if openssl verify -crl_check -CAfile pki/ca.pem -untrusted issuing/ca.pem -CRLfile issuing/crl.pem "
        "issuing/alice.pem 2>why; then exit 1; fi; grep -q revoked why\n"
        "openssl ca -config openssl.cnf -gencrl -cert issuing/ca.pem -keyfile issuing/ca.key -out "
        "theirs.crl\n");
  const Finished same = call(folder, {"crl", "diff", "issuing/crl.pem", "theirs.crl"});
  CHECK(same.exit_code == 0);
  CHECK(call(folder, {"certs", "crl", "--dir", "issuing"}).exit_code == 0);
  CHECK(call(folder, {"crl", "inspect", "issuing/crl.pem"}).out.contains("number      4 (04)"));
}

TEST_CASE(
    "certs: a server of edge-run admits the client that was made, and refuses it after revoke and SIGHUP") {
  const TemporaryFolder folder;
  CHECK(call(folder, {"certs", "init"}).exit_code == 0);
  CHECK(call(folder, {"certs", "server", "--san", "dns:localhost", "--out", "server"}).exit_code == 0);
  CHECK(call(folder, {"certs", "client", "--cn", "alice"}).exit_code == 0);
  const std::string script = folder.write(
      "who.js", "export default { fetch: (r) => new Response(r.cf.tlsClientAuth.cert.state) };\n");
  Server server(folder, {script, "--tls-cert", folder.file("server.pem"), "--tls-key",
                         folder.file("server.key"), "--client-ca", folder.file("pki/ca.pem"), "--client-crl",
                         folder.file("pki/crl.pem"), "--workers", "1"});
  REQUIRE(server.listening());
  const auto ask = [&] {
    return run({tool("curl"), "-sS", "--max-time", "20", "--cacert", folder.file("pki/ca.pem"), "--cert",
                folder.file("pki/alice.pem"), "--key", folder.file("pki/alice.key"), server.url()})
        .out;
  };
  CHECK(ask() == "verified");
  CHECK(call(folder, {"certs", "revoke", "pki/alice.pem"}).exit_code == 0);
  server.process().send_signal(SIGHUP);
  REQUIRE(server.process().wait_for("reload"));
  std::string state;
  for (int attempt = 0; attempt < 50 && state != "revoked"; ++attempt) state = ask();
  CHECK(state == "revoked");
  CHECK(call(folder, {"explain", "--cert", "pki/alice.pem", "--client-ca", "pki/ca.pem", "--client-crl",
                      "pki/crl.pem", "--state-dir", folder.file("state")})
            .exit_code == 1);
}
