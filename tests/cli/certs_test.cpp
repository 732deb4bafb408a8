// `edge-run certs`: what it refuses to make, and what it makes.
#include <doctest/doctest.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/cli/authority_folder.h"
#include "runtime/cli/certs.h"
#include "runtime/cli/commands.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/crl_facts.h"

using namespace edge;
using namespace edge::cli;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-certs-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path / name; }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path / name, std::ios::binary).rdbuf();
    return text.str();
  }
  /// In the folder "pki" of this one.
  [[nodiscard]] Result<int> certs(std::vector<std::string> words) const {
    if (words[0] != "inspect" && words[0] != "report") words.insert(words.end(), {"--dir", file("pki")});
    return run_certs(words);
  }
  void make(const std::vector<std::string>& words) const {
    const auto done = certs(words);
    if (!done) FAIL(done.error().message);
    CHECK(*done == 0);
  }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& words) const {
    const auto done = certs(words);
    return done ? "not refused" : done.error().message;
  }
  [[nodiscard]] std::vector<tls::X509Ptr> chain(const std::string& name) const {
    return certificates_in(file(name)).value();
  }
  [[nodiscard]] tls::CertificateDetails details(const std::string& name) const {
    return tls::certificate_details(tls::certificate_to_der(chain(name).front().get())).value();
  }
  [[nodiscard]] tls::CrlFacts list(const std::string& name = "pki/crl.pem") const {
    return tls::crl_facts(as_bytes(read(name)), name).value().front();
  }
  [[nodiscard]] unsigned mode(const std::string& name) const {
    struct stat status{};
    REQUIRE(stat(file(name).c_str(), &status) == 0);
    return status.st_mode & 0777;
  }
};

bool is_critical(const tls::X509Ptr& certificate, int nid) {
  const int at = X509_get_ext_by_NID(certificate.get(), nid, -1);
  return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(certificate.get(), at)) == 1;
}

}  // namespace

TEST_CASE("certs: without a CA nothing is made, and init is named") {
  const Folder folder;
  CHECK(folder.refusal({"client", "--cn", "alice"}).contains("edge-run certs init --dir"));
  CHECK(run_certs({}).error().kind == ErrorKind::usage);
  CHECK(folder.refusal({"clint"}).contains("did you mean client?"));
}

TEST_CASE("certs: an existing CA, certificate or key is not overwritten without --force") {
  const Folder folder;
  folder.make({"init"});
  const std::string key = folder.read("pki/ca.key");
  CHECK(folder.refusal({"init"}).contains("--force overwrites it"));
  CHECK(folder.read("pki/ca.key") == key);
  folder.make({"client", "--cn", "alice"});
  const std::string alice = folder.read("pki/alice.key"), index = folder.read("pki/index.txt");
  CHECK(folder.refusal({"client", "--cn", "alice"}).contains("alice.pem exists"));
  CHECK(folder.read("pki/alice.key") == alice);
  CHECK(folder.read("pki/index.txt") == index);
  folder.make({"client", "--cn", "alice", "--force"});
  CHECK(folder.read("pki/alice.key") != alice);
  CHECK(folder.refusal({"client", "--cn", "x", "--out", folder.file("pki/ca"), "--force"})
            .contains("CA's own"));
  folder.make({"client", "--cn", "ca"});
  CHECK(folder.read("pki/ca.key") == key);
}

TEST_CASE("certs: names that are none are refused, each with what is expected") {
  const Folder folder;
  folder.make({"init"});
  for (const char* san :
       {"alice", "dns:a b", "dns:a..b", "dns:x:443", "dns:10.0.0.1", "dns:", "ip:300.1.1.1", "ip:x",
        "email:alice", "email:a@b@c", "email:a@*.b", "uri:nowhere", "uri:http://a b", "dir:x"})
    CHECK_MESSAGE(folder.refusal({"client", "--cn", "a", "--san", san}).contains("--san"), san);
  for (const char* id : {"http://x/y", "spiffe://", "spiffe://UPPER/x", "spiffe://d//x", "spiffe://d/",
                         "spiffe://d/../x", "spiffe://d:80/x", "spiffe://d/x?y", "spiffe://u@d/x"})
    CHECK_MESSAGE(folder.refusal({"client", "--spiffe", id}).contains("--spiffe"), id);
  CHECK(
      folder.refusal({"client", "--spiffe", "spiffe://d/x", "--san", "uri:urn:x"}).contains("no other URI"));
  CHECK(folder.refusal({"client"}).contains("say who it is for"));
  CHECK(folder.refusal({"client", "alice"}).contains("--cn"));
  CHECK(folder.refusal({"server", "--cn", "example.com"}).contains("--san dns:"));
  CHECK(folder.refusal({"client", "--cn", "a", "--key", "rsa1024"}).contains("--key takes"));
  CHECK(folder.refusal({"client", "--cn", "a", "--subject", "CN=b"}).contains("whole name"));
  CHECK(folder.refusal({"client", "--subject", "alice"}).contains("TYPE=VALUE"));
  CHECK(folder.refusal({"client", "--subject", "NOPE=alice"}).contains("NOPE"));
  CHECK(folder.refusal({"client", "--cn", "a", "--crl-url", "ldap://x"}).contains("--crl-url"));
  CHECK(folder.read("pki/index.txt").empty());
}

TEST_CASE("T03: a certificate does not outlive its CA") {
  const Folder folder;
  folder.make({"init", "--days", "10"});
  CHECK(folder.refusal({"client", "--cn", "a"}).contains("--days takes at most"));
  folder.make({"client", "--cn", "a", "--days", "9"});
}

TEST_CASE("certs: keys are for their owner alone, certificates for everybody") {
  const Folder folder;
  folder.make({"init"});
  folder.make({"client", "--cn", "alice"});
  std::ofstream(folder.file("password")) << "secret words\n";
  folder.make({"client", "--cn", "bob", "--p12", folder.file("bob.p12"), "--p12-password-file",
               folder.file("password")});
  for (const char* name : {"pki/ca.key", "pki/alice.key", "pki/bob.key", "bob.p12"})
    CHECK(folder.mode(name) == 0600);
  CHECK(folder.mode("pki/alice.pem") == (0644 & ~[] {
          const auto mask = umask(0);
          umask(mask);
          return mask;
        }()));
  CHECK(folder.refusal({"client", "--cn", "c", "--p12", folder.file("c.p12")}).contains("belong together"));
  std::ofstream(folder.file("empty")) << "\n";
  CHECK(folder
            .refusal({"client", "--cn", "c", "--p12", folder.file("c.p12"), "--p12-password-file",
                      folder.file("empty")})
            .contains("no password"));
}

TEST_CASE("certs: every kind of key makes a CA and a client, with the extensions of RFC 5280") {
  for (const char* kind : {"p256", "p384", "rsa2048", "ed25519"}) {
    CAPTURE(kind);
    const Folder folder;
    folder.make({"init", "--key", kind, "--cn", "ca", "--org", "Example"});
    folder.make(
        {"client", "--cn", "alice", "--org", "Example", "--key", kind, "--san", "email:alice@example.com"});
    const auto ca = folder.chain("pki/ca.pem"), client = folder.chain("pki/alice.pem");
    REQUIRE(client.size() == 1);
    CHECK(X509_verify(client[0].get(), X509_get0_pubkey(ca[0].get())) == 1);
    CHECK(is_critical(ca[0], NID_basic_constraints));
    CHECK(is_critical(ca[0], NID_key_usage));
    CHECK(is_critical(client[0], NID_key_usage));
    CHECK(X509_check_ca(ca[0].get()) == 1);
    CHECK(X509_check_purpose(client[0].get(), X509_PURPOSE_SSL_CLIENT, 0) == 1);
    CHECK(X509_check_purpose(client[0].get(), X509_PURPOSE_SSL_SERVER, 0) == 0);
    CHECK(X509_get0_subject_key_id(client[0].get()) != nullptr);
    CHECK(X509_get0_authority_key_id(client[0].get()) != nullptr);
    CHECK(folder.details("pki/alice.pem").san_email == std::vector<std::string>{"alice@example.com"});
    CHECK(folder.details("pki/alice.pem").serial.size() == 32);
  }
}

TEST_CASE("certs: a CA below another issues with its own certificate in the chain, and issues no CAs") {
  const Folder folder;
  folder.make({"init", "--cn", "root"});
  CHECK(folder.refusal({"ca", "--into", folder.file("issuing")}).contains("--cn"));
  folder.make({"ca", "--into", folder.file("issuing"), "--cn", "issuing"});
  CHECK(folder.refusal({"ca", "--into", folder.file("issuing"), "--cn", "issuing"}).contains("exists"));
  REQUIRE(run_certs(std::vector<std::string>{"client", "--cn", "alice", "--dir", folder.file("issuing")}) ==
          0);
  const auto chain = folder.chain("issuing/alice.pem");
  REQUIRE(chain.size() == 2);
  CHECK(X509_check_issued(chain[1].get(), chain[0].get()) == X509_V_OK);
  CHECK(X509_get_pathlen(chain[1].get()) == 0);
}

TEST_CASE("certs: a subject reads as certSubjectDN prints it, or as openssl takes it") {
  const Folder folder;
  folder.make({"init"});
  folder.make({"client", "--subject", "CN=alice,O=Example\\, Inc.,C=US", "--out", folder.file("a")});
  folder.make({"client", "--subject", "/C=US/O=Example, Inc./CN=alice", "--out", folder.file("b.pem")});
  CHECK(folder.details("a.pem").subject == folder.details("b.pem").subject);
  CHECK(folder.details("a.pem").subject.front().front() == tls::NameAttribute{"C", "US"});
}

TEST_CASE("certs revoke: by file or serial, once, with a reason; a hold can be lifted") {
  const Folder folder;
  folder.make({"init"});
  CHECK(folder.list().entries.empty());
  for (const char* name : {"alice", "bob"}) folder.make({"client", "--cn", name});
  CHECK(folder.refusal({"revoke", "ABCDEF"}).contains("index.txt"));
  CHECK(folder.refusal({"revoke", "nobody"}).contains("neither a file nor a serial"));
  CHECK(folder.refusal({"revoke", folder.file("pki/alice.pem"), "--reason", "keycompromise"})
            .contains("did you mean keyCompromise?"));
  CHECK(folder.refusal({"revoke", folder.file("pki/alice.pem"), "--reason", "removeFromCRL"})
            .contains("not on hold"));
  folder.make({"revoke", folder.file("pki/alice.pem"), "--reason", "keyCompromise"});
  CHECK(folder.refusal({"revoke", folder.file("pki/alice.pem")}).contains("revoked already"));
  REQUIRE(folder.list().entries.size() == 1);
  CHECK(folder.list().entries[0].reason == 1);
  folder.make({"revoke", folder.details("pki/bob.pem").serial, "--reason", "certificateHold"});
  CHECK(folder.list().entries.size() == 2);
  folder.make({"revoke", folder.details("pki/bob.pem").serial, "--reason", "removeFromCRL"});
  CHECK(folder.list().entries.size() == 1);
  CHECK(folder.list().number == Bytes{4});
  folder.make({"crl", "--days", "1"});
  CHECK(folder.list().number == Bytes{5});
  CHECK(folder.list().next_update - folder.list().this_update == 24 * 3600);
}

TEST_CASE("certs revoke: a CA does not revoke itself") {
  const Folder folder;
  folder.make({"init"});
  CHECK(folder.refusal({"revoke", folder.file("pki/ca.pem")}).contains("is the CA itself"));
  CHECK(folder.list().entries.empty());
}

TEST_CASE("T35: another CA's certificate is not revoked by its serial") {
  const Folder folder;
  folder.make({"init", "--cn", "ca"});
  const auto foreign =
      tls::make_self_signed({.subject = {{"CN", "ca"}}, .extended_key_usage = {}, .ca = true}).value();
  std::ofstream(folder.file("foreign.pem")) << tls::issue(foreign, {}).value().certificate_pem();
  CHECK(folder.refusal({"revoke", folder.file("foreign.pem")}).contains("did not issue"));
}

TEST_CASE("certs report: what ends soon and what no client can use is named, with exit code 1") {
  const Folder folder;
  folder.make({"init"});
  folder.make({"client", "--cn", "alice"});
  CHECK(folder.certs({"report", folder.file("pki")}) == 0);
  CHECK(folder.certs({"report", folder.file("pki"), "--within", "400d"}) == 1);
  folder.make({"server", "--san", "dns:localhost"});
  CHECK(folder.certs({"report", folder.file("pki"), "--json"}) == 1);
  CHECK(folder.certs({"report", folder.file("pki"), "--ignore-usage"}) == 0);
  CHECK(folder.refusal({"report", folder.file("pki/alice.key")}).contains("alice.key"));
  std::ofstream(folder.file("pki/broken.pem")) << folder.read("pki/alice.pem").substr(0, 200);
  CHECK(folder.certs({"report", folder.file("pki"), "--ignore-usage"}) == 1);
}

TEST_CASE("certs inspect: what is no certificate is refused with its name") {
  const Folder folder;
  folder.make({"init"});
  CHECK(folder.refusal({"inspect", folder.file("pki/ca.key")}).contains("ca.key"));
  CHECK(folder.refusal({"inspect"}).contains("name a file"));
  CHECK(folder.refusal({"inspect", folder.file("pki")}).contains("is a folder"));
  CHECK(folder.certs({"inspect", folder.file("pki/ca.pem")}) == 0);
  CHECK(folder.certs({"inspect", folder.file("pki/ca.pem"), "--json"}) == 0);
}
