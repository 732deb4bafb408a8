// Authenticated Origin Pulls as Cloudflare documents them for Apache, with edge-run in Cloudflare's
// place.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/clients/test_tools.h"
#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

/// An httpd that serves a page to everybody whom `ssl`, lines of its configuration, lets in; X-Client tells
/// whom.
class Apache {
 public:
  Apache(const TemporaryFolder& folder, std::uint16_t port, const std::string& ssl) {
    const std::string modules = test_tools() + "/usr/lib/apache2/modules/";
    const bool own = ::access(modules.c_str(), F_OK) == 0;
    std::string config =
        "ServerRoot " + folder.path() +
        "\nServerName localhost\nPidFile httpd.pid\nMutex file:" + folder.path() +
        " default\nErrorLog /dev/stderr\nLogLevel notice\nListen 127.0.0.1:" + std::to_string(port) + "\n";
    for (const std::string module : {"mpm_event", "authz_core", "headers", "ssl"})
      config += "LoadModule " + module + "_module " + (own ? modules : "/usr/lib/apache2/modules/") + "mod_" +
                module + ".so\n";
    if (geteuid() == 0) {
      // Its children are nobody, and must see the page.
      config += "User #65534\nGroup #65534\n";
      REQUIRE(::chmod(folder.path().c_str(), 0711) == 0);
    }
    folder.write("page.txt", "from Apache\n");
    config +=
        "DocumentRoot " + folder.path() + "\nSSLEngine on\nSSLCertificateFile " + folder.file("server.pem") +
        "\nSSLCertificateKeyFile " + folder.file("server-key.pem") + "\n" + ssl +
        "Header always set X-Client \"%{SSL_CLIENT_S_DN}s\"\n<Location /page.txt>\nRequire all granted\n"
        "</Location>\n";
    process_ = std::make_unique<Background>(
        Arguments{test_tools() + "/bin/apache2", "-DFOREGROUND", "-f", folder.write("httpd.conf", config)});
    const bool started = process_->wait_for("resuming normal operations");
    if (!started) MESSAGE("Apache printed: ", process_->output());
    REQUIRE(started);
  }

 private:
  std::unique_ptr<Background> process_;
};

/// edge-run in front of the origin at `port`, showing it the certificate of this name ("" for none).
std::unique_ptr<Server> edge_in_front(const TemporaryFolder& folder, std::uint16_t port,
                                      const std::string& shown) {
  const std::string script =
      folder.write("pass.js", "export default { fetch(request) { return fetch(request); } };\n");
  Arguments arguments{script,
                      "--workers",
                      "0",
                      "--tls-cert",
                      folder.file("server.pem"),
                      "--tls-key",
                      folder.file("server-key.pem"),
                      "--origin",
                      "https://localhost:" + std::to_string(port),
                      "--origin-ca",
                      folder.file("ca.pem")};
  if (!shown.empty())
    arguments.insert(arguments.end(), {"--origin-cert", folder.file(shown + ".pem"), "--origin-key",
                                       folder.file(shown + "-key.pem")});
  auto server = std::make_unique<Server>(folder, arguments);
  REQUIRE(server->listening());
  return server;
}

std::string direct(const TemporaryFolder& folder, std::uint16_t port, const std::string& certificate = "") {
  return curl(folder, "https://localhost:" + std::to_string(port) + "/page.txt", certificate);
}

}  // namespace

TEST_CASE("origin pulls: an Apache that requires the certificate serves nobody but who shows it") {
  if (test_tools_are_skipped()) return;
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto port = free_port();
  const Apache origin(folder, port,
                      "SSLCACertificateFile " + folder.file("ca.pem") + "\nSSLVerifyClient require\n");
  // Enforced in the handshake: curl gets no answer at all.
  CHECK(direct(folder, port).starts_with("curl "));
  CHECK(direct(folder, port, "foreign").starts_with("curl "));
  {
    // What fetch() throws and the script does not catch.
    const auto without = edge_in_front(folder, port, "");
    CHECK(curl(folder, without->url("/page.txt"), "") == "500 error code: 1101");
    const auto with_foreign = edge_in_front(folder, port, "foreign");
    CHECK(curl(folder, with_foreign->url("/page.txt"), "") == "500 error code: 1101");
  }
  CHECK(direct(folder, port, "client") == "200 from Apache");
  const auto edge = edge_in_front(folder, port, "client");
  CHECK(curl(folder, edge->url("/page.txt"), "") == "200 from Apache");
  const std::string seen = curl(folder, edge->url("/page.txt"), "", {"-D", "-"});
  CHECK(seen.contains("X-Client: "));
  CHECK(seen.contains("CN=James Royal"));
}

TEST_CASE("origin pulls: an Apache that has the CA and does not require a certificate yet serves everybody") {
  if (test_tools_are_skipped()) return;
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto port = free_port();
  const Apache origin(folder, port, "SSLCACertificateFile " + folder.file("ca.pem") + "\n");
  const auto edge = edge_in_front(folder, port, "client");
  CHECK(direct(folder, port) == "200 from Apache");
  CHECK(curl(folder, edge->url("/page.txt"), "") == "200 from Apache");
}
