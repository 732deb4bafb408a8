// The tls.client_auth event: what it says of whom, in every mode, and its limit for one address.
#include "runtime/server/client_auth_log.h"

#include <fcntl.h>

#include "tests/server/serving.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

namespace {

// Standard error, into a file, for as long as this lives.
class CapturedLog {
 public:
  CapturedLog() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-log-XXXXXX").string();
    fd_ = mkstemp(name.data());
    unlink(name.c_str());
    log::flush();
    before_ = dup(2);
    dup2(fd_, 2);
  }
  ~CapturedLog() {
    log::flush();
    dup2(before_, 2);
    close(before_);
    close(fd_);
  }
  CapturedLog(const CapturedLog&) = delete;
  [[nodiscard]] std::string text() const {
    log::flush();
    std::string out;
    char buffer[4096];
    for (ssize_t got = 0; (got = pread(fd_, buffer, sizeof buffer, static_cast<off_t>(out.size()))) > 0;)
      out.append(buffer, static_cast<std::size_t>(got));
    return out;
  }
  [[nodiscard]] std::size_t count(const std::string& what) const {
    const std::string log = text();
    std::size_t found = 0;
    for (std::size_t at = 0; (at = log.find(what, at)) != log.npos; at += what.size()) ++found;
    return found;
  }
  bool comes_to_hold(const std::string& what) const {
    for (int i = 0; i < 1000 && !text().contains(what); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return text().contains(what);
  }

 private:
  int fd_, before_;
};

const boost::asio::ip::address alice = boost::asio::ip::make_address("192.0.2.1");
const boost::asio::ip::address bob = boost::asio::ip::make_address("192.0.2.2");

}  // namespace

TEST_CASE("an accepted client whose certificate failed is named, with the CAs that were wanted") {
  Pki pki;
  const CapturedLog captured;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory(), LogLevel::warn);
  CHECK(Client({.port = serving.port(), .identity = &pki.foreign}).get("mtls.test").status == 200);
  REQUIRE(captured.comes_to_hold("tls.client_auth"));
  const std::string log = captured.text();
  for (const char* part : {"client_ip=127.0.0.1", "outcome=accepted", "FAILED:", "sni=mtls.test",
                           "CN=foreign", "CN=foreign ca", "CN=test ca", "resumed=false", "site=mtls"})
    CHECK_MESSAGE(log.contains(part), (std::string(part) + " in " + log));
}

TEST_CASE("a revoked client is named in optional mode too, and a good one or none is not") {
  Pki pki;
  pki.revoke({{0x22}});
  const CapturedLog captured;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory(), LogLevel::warn);
  CHECK(Client({.port = serving.port(), .identity = &pki.good}).get("mtls.test").status == 200);
  CHECK(Client({.port = serving.port()}).get("mtls.test").status == 200);
  CHECK_FALSE(captured.text().contains("tls.client_auth"));
  CHECK(Client({.port = serving.port(), .identity = &pki.other}).get("mtls.test").status == 200);
  CHECK(captured.comes_to_hold("certificate revoked"));
  CHECK(captured.text().contains("cert_serial=22"));
}

TEST_CASE("required mode: who is refused in the handshake is named, also without a certificate") {
  Pki pki;
  SiteConfig site = pki.mtls_site("mtls", {"mtls.test"});
  site.client_auth = ClientAuthMode::required;
  const CapturedLog captured;
  Serving serving(pki.config({site}), describing_factory(), LogLevel::warn);
  CHECK(Client({.port = serving.port(), .identity = &pki.foreign}).get("mtls.test").status == 0);
  CHECK(captured.comes_to_hold("outcome=refused"));
  CHECK(captured.text().contains("CN=foreign"));
  CHECK(Client({.port = serving.port()}).get("mtls.test").status == 0);
  CHECK(captured.comes_to_hold("did not return a certificate"));
}

TEST_CASE("T91: one address cannot fill the log, and the others are still heard") {
  log::configure({.format = LogFormat::text, .level = LogLevel::warn, .access = false});
  const CapturedLog captured;
  ClientAuthLog events;
  for (int i = 0; i < 100; ++i) events.refused(alice, nullptr, nullptr, "no certificate");
  CHECK(captured.count("tls.client_auth") == ClientAuthLog::events_max);
  events.refused(bob, nullptr, nullptr, "no certificate");
  CHECK(captured.count("client_ip=192.0.2.2") == 1);
}

TEST_CASE("T91: what a certificate says cannot begin a line of its own") {
  log::configure({.format = LogFormat::text, .level = LogLevel::warn, .access = false});
  const CapturedLog captured;
  tls::Peer peer;
  peer.client.edit().auth.subject_dn = "CN=a\n2026 error forged";
  ClientAuthLog events;
  events.refused(alice, &peer, nullptr, "certificate\r\nforged");
  CHECK(captured.count("\n") == 1);
}
