// Development certificates: kept while they last, private, and each of the kind that its name says.
#include "runtime/cli/dev_certs.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

#include "runtime/cli/private_folder.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/site.h"

namespace edge::cli {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "edge-run-certs-XXXXXX").string();
  Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string certs() const { return path + "/state/certs"; }
};

DevCertificates made_in(const Folder& folder, const std::vector<std::string>& hosts = {},
                        std::int64_t now = std::time(nullptr)) {
  auto certificates = dev_certificates(folder.certs(), hosts, now);
  REQUIRE_MESSAGE(certificates.has_value(), certificates.error().message);
  return *certificates;
}

std::string content_of(const std::string& file) {
  auto content = read_whole_file(file);
  REQUIRE_MESSAGE(content.has_value(), content.error().message);
  return std::move(*content);
}

tls::CertificateDetails details_of(const std::string& file) {
  const auto certificates = tls::certificates_from_pem(content_of(file), file);
  REQUIRE(certificates);
  return *tls::certificate_details(tls::certificate_to_der(certificates->front().get()));
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

const DevClient& client(const DevCertificates& certificates, std::string_view name) {
  for (const DevClient& one : certificates.clients)
    if (one.name == name) return one;
  FAIL("no such client");
  return certificates.clients[0];
}

}  // namespace

TEST_CASE("dev certificates: keys are readable by their owner alone, whatever the umask") {
  const Folder folder;
  const mode_t before = umask(0);
  const DevCertificates made = made_in(folder);
  umask(before);
  CHECK(made.made);
  CHECK(mode_of(folder.certs()) == 0700);
  CHECK(mode_of(folder.path + "/state") == 0700);
  CHECK(mode_of(made.server_key) == 0600);
  for (const DevClient& one : made.clients) CHECK(mode_of(one.key) == 0600);
}

TEST_CASE("dev certificates: a folder that cannot be made is a config error with a remedy") {
  const auto refused = dev_certificates("/proc/none/certs", {}, std::time(nullptr));
  REQUIRE(!refused);
  CHECK(refused.error().kind == ErrorKind::config);
  CHECK(refused.error().message.find("--state-dir") != std::string::npos);
}

TEST_CASE("dev certificates: they are kept while they last") {
  const Folder folder;
  const std::string first = content_of(made_in(folder).server_cert);
  const DevCertificates again = made_in(folder);
  CHECK(!again.made);
  CHECK(content_of(again.server_cert) == first);
  CHECK(made_in(folder, {}, std::time(nullptr) + 86 * day).made);
}

TEST_CASE("dev certificates: they are made anew, all of them, when one is missing or a host is not named") {
  const Folder folder;
  const DevCertificates first = made_in(folder);
  const std::string ca = content_of(first.ca);
  std::filesystem::remove(client(first, "good").key);
  CHECK(made_in(folder).made);
  CHECK(content_of(first.ca) != ca);
  const DevCertificates named = made_in(folder, {"a.example", "*.b.example", "10.1.2.3"});
  CHECK(named.made);
  CHECK(!made_in(folder, {"a.example"}).made);
  const auto server = details_of(named.server_cert);
  CHECK(server.san_dns == std::vector<std::string>{"localhost", "a.example", "*.b.example"});
  CHECK(server.san_ip.size() == 3);
  // Nothing half-made is left beside the folder.
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path + "/state"))
    ++entries;
  CHECK(entries == 1);
}

TEST_CASE("dev certificates: each client is what it is called") {
  const Folder folder;
  const std::int64_t now = std::time(nullptr);
  const DevCertificates made = made_in(folder);
  const auto ca = details_of(made.ca);
  CHECK(details_of(client(made, "good").cert).issuer == ca.subject);
  CHECK(details_of(client(made, "good").cert).not_after > now);
  CHECK(details_of(client(made, "expired").cert).issuer == ca.subject);
  CHECK(details_of(client(made, "expired").cert).not_after < now);
  CHECK(details_of(client(made, "foreign").cert).issuer != ca.subject);
  CHECK(details_of(client(made, "revoked").cert).not_after > now);
  const auto ca_certificates = tls::certificates_from_pem(content_of(made.ca), made.ca);
  const auto lists = tls::parse_crls(as_bytes(content_of(made.crl)), made.crl, *ca_certificates, now);
  REQUIRE_MESSAGE(lists.has_value(), lists.error().message);
  REQUIRE(lists->size() == 1);
  REQUIRE(lists->front().entries.size() == 1);
  CHECK(hex_upper(lists->front().entries[0].serial) == details_of(client(made, "revoked").cert).serial);
}

TEST_CASE("dev certificates: sites without any get them, and serve with them") {
  const Folder folder;
  Config config;
  config.state_dir = folder.path + "/state";
  config.listen = {{"127.0.0.1", 8443}};
  config.sites.resize(1);
  CHECK(wants_dev_certificates(config));
  REQUIRE(use_dev_certificates(config, std::time(nullptr)));
  CHECK(!wants_dev_certificates(config));
  CHECK(config.sites[0].client_ca.size() == 1);
  CHECK(config.sites[0].client_crl.size() == 1);
  const auto site = tls::Site::load(config.sites[0], config.limits, {Bytes(32, 7)});
  CHECK_MESSAGE(site.has_value(), site.error().message);
}

TEST_CASE(
    "dev certificates: a site's own client CA is not replaced, and no command promises what it refuses") {
  const Folder folder;
  Config config;
  config.state_dir = folder.path + "/state";
  config.sites.resize(1);
  config.sites[0].client_ca = {"own.pem"};
  const auto certificates = use_dev_certificates(config, std::time(nullptr));
  REQUIRE(certificates);
  CHECK(config.sites[0].client_ca == std::vector<std::string>{"own.pem"});
  CHECK(config.sites[0].client_crl.empty());
  CHECK(dev_welcome(*certificates, config, 8443).find("good.pem") == std::string::npos);
}

TEST_CASE("dev certificates: the welcome has a curl command for each client, and says what comes of it") {
  const Folder folder;
  Config config;
  config.state_dir = folder.path + "/state";
  config.sites.resize(1);
  const auto certificates = use_dev_certificates(config, std::time(nullptr));
  REQUIRE(certificates);
  const std::string certs = folder.certs();
  const std::string text = dev_welcome(*certificates, config, 4711);
  CHECK(text.find("# no certificate: certVerified is \"NONE\", certPresented is \"0\"\n  curl --cacert " +
                  certs + "/ca.pem https://localhost:4711/\n") != std::string::npos);
  for (const char* name : {"good", "revoked", "expired", "foreign"}) {
    CAPTURE(std::string(name));
    CHECK(text.find(" --cert " + certs + "/" + name + ".pem --key " + certs + "/" + name +
                    "-key.pem https://localhost:4711/\n") != std::string::npos);
  }
  config.sites[0].client_auth = ClientAuthMode::required;
  CHECK(dev_welcome(*certificates, config, 4711).find("# no certificate: refused in the handshake\n") !=
        std::string::npos);
  config.sites[0].hosts = {"*.b.example"};
  CHECK(dev_welcome(*certificates, config, 1)
            .find("--resolve any.b.example:1:127.0.0.1 https://any.b.example:1/") != std::string::npos);
}

}  // namespace edge::cli
