// A browser with client certificates: which one it shows, and what its person reads.
#include "tests/clients/test_tools.h"
#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

/// Chromium with a home, a profile and certificates of its own.
class Browser {
 public:
  /// Trusts ca.pem of `folder` for servers, and has the client certificates of these names.
  Browser(const TemporaryFolder& folder, const Arguments& certificates) : folder_(folder) {
    const std::string openssl = tool("openssl"), bin = test_tools() + "/bin/", db = "sql:home/.pki/nssdb";
    std::string make = "mkdir -p home/.pki/nssdb home/profile/Default; " + bin + "certutil -N -d " + db +
                       " --empty-password; " + bin + "certutil -A -d " + db + " -n ca -t C,, -i ca.pem; ";
    for (const std::string& name : certificates)
      make += openssl + " pkcs12 -export -in " + name + ".pem -inkey " + name + "-key.pem -name " + name +
              " -out " + name + ".p12 -passout pass:secret; " + bin + "pk12util -i " + name + ".p12 -d " +
              db + " -W secret -K ''; ";
    const Finished made = run({"/bin/sh", "-euc", make}, {}, std::chrono::seconds(60), folder.path());
    INFO(made.out, made.err);
    REQUIRE(made.exit_code == 0);
  }

  /// The document at `url`, after its person would have taken the first certificate that the server's CAs
  /// allow.
  [[nodiscard]] std::string read(const std::string& url) const {
    const std::string pattern = url.substr(0, url.rfind('/'));
    folder_.write("home/profile/Default/Preferences",
                  R"({"profile":{"content_settings":{"exceptions":{"auto_select_certificate":{")" + pattern +
                      R"(,*":{"setting":{"filters":[{}]}}}}}}})");
    const Finished done =
        run({"/usr/bin/env", "HOME=" + folder_.file("home"), "XDG_CONFIG_HOME=" + folder_.file("home/config"),
             "XDG_CACHE_HOME=" + folder_.file("home/cache"), test_tools() + "/bin/chromium", "--headless",
             "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--user-data-dir=" + folder_.file("home/profile"), "--timeout=40000", "--dump-dom", url},
            {}, std::chrono::seconds(90));
    INFO(done.err);
    CHECK(done.exit_code == 0);
    return done.out;
  }

 private:
  const TemporaryFolder& folder_;
};

/// revoke.js with the PKI's CA and list, in front of an nginx.
struct Site {
  TemporaryFolder folder;
  std::unique_ptr<Nginx> origin;
  std::unique_ptr<Server> server;

  Site() {
    make_cfssl_pki(folder);
    const auto port = std::to_string(free_port());
    origin = std::make_unique<Nginx>(folder, "server { listen 127.0.0.1:" + port +
                                                 "; default_type text/html; location / { return 200 "
                                                 "\"<title>inside</title>you are in\"; } }");
    server = std::make_unique<Server>(
        folder, Arguments{EDGE_RUN_SOURCE "/scripts/revoke.js", "--workers", "0", "--tls-cert",
                          folder.file("server.pem"), "--tls-key", folder.file("server-key.pem"),
                          "--client-ca", folder.file("ca.pem"), "--client-crl", folder.file("ca.crl"),
                          "--origin", "http://127.0.0.1:" + port});
    REQUIRE(server->listening());
  }
};

/// stranger.pem, of a CA with another name than the PKI's.
void make_stranger(const TemporaryFolder& folder) {
  const std::string openssl = tool("openssl");
  folder.write("other.conf", "[req]\ndistinguished_name = dn\n[dn]\n");
  const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config other.conf ";
  const Finished made = run(
      {"/bin/sh", "-euc",
       openssl + " req -new" + key +
           "-x509 -days 2 -keyout other-ca.key -out other-ca.pem -subj /CN=Others; " + openssl + " req -new" +
           key + "-keyout stranger-key.pem -out stranger.csr -subj /CN=stranger; " + openssl +
           " x509 -req -in stranger.csr -CA other-ca.pem -CAkey other-ca.key -days 2 -out stranger.pem"},
      {}, std::chrono::seconds(60), folder.path());
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

}  // namespace

TEST_CASE("Chromium without a client certificate reads why it is refused") {
  if (test_tools_are_skipped()) return;
  const Site site;
  CHECK(Browser(site.folder, {}).read(site.server->url()).contains("client certificate required"));
}

TEST_CASE("Chromium with a certificate of a CA that the handshake does not name shows none") {
  if (test_tools_are_skipped()) return;
  const Site site;
  make_stranger(site.folder);
  const Browser browser(site.folder, {"stranger"});
  CHECK(browser.read(site.server->url()).contains("client certificate required"));
}

TEST_CASE("Chromium with a certificate of another CA of the same name reads that it is not trusted") {
  if (test_tools_are_skipped()) return;
  const Site site;
  const Browser browser(site.folder, {"foreign"});
  CHECK(browser.read(site.server->url()).contains("client certificate not trusted"));
}

TEST_CASE("Chromium with a revoked certificate is shown a readable page") {
  if (test_tools_are_skipped()) return;
  const Site site;
  CHECK(Browser(site.folder, {"revoked"}).read(site.server->url()).contains("client certificate revoked"));
}

TEST_CASE("Chromium picks the imported certificate of a CA that the handshake names, and is let in") {
  if (test_tools_are_skipped()) return;
  const Site site;
  make_stranger(site.folder);
  const std::string page = Browser(site.folder, {"stranger", "client"}).read(site.server->url());
  CHECK(page.contains("you are in"));
  CHECK(site.server->process().wait_for("cert_verified=SUCCESS cert_revoked=false"));
}
