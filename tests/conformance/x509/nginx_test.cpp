// The strings that scripts get of a client's certificate, beside those of an nginx with the same CAs: every
// client of PKITS and of x509-limbo visits both. What may differ is what Cloudflare, whose words we speak,
// says otherwise.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "tests/conformance/x509/limbo.h"
#include "tests/conformance/x509/pkits.h"
#include "tests/system/edge_run.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

/// A client, and the site of it: one for each set of CAs.
struct Client {
  std::string name;
  std::string cas_pem;
  Identity identity;
  std::vector<Identity> sent_after = {};
};

struct Field {
  std::string_view ours, nginx;
};
constexpr std::array fields = {Field{"certVerified", "ssl_client_verify"},
                               Field{"certSubjectDN", "ssl_client_s_dn"},
                               Field{"certIssuerDN", "ssl_client_i_dn"},
                               Field{"certSubjectDNLegacy", "ssl_client_s_dn_legacy"},
                               Field{"certIssuerDNLegacy", "ssl_client_i_dn_legacy"},
                               Field{"certSerial", "ssl_client_serial"},
                               Field{"certFingerprintSHA1", "ssl_client_fingerprint"},
                               Field{"certNotBefore", "ssl_client_v_start"},
                               Field{"certNotAfter", "ssl_client_v_end"}};

/// Cloudflare runs BoringSSL, whose words these are, and which has none for what only OpenSSL finds; nginx
/// says OpenSSL's.
constexpr std::pair<std::string_view, std::string_view> words[] = {
    {"FAILED:certificate is not yet valid or the system clock is incorrect",
     "FAILED:certificate is not yet valid"},
    {"FAILED:self-signed certificate", "FAILED:self signed certificate"},
    {"FAILED:self-signed certificate in certificate chain",
     "FAILED:self signed certificate in certificate chain"},
    {"FAILED:unsuitable certificate purpose", "FAILED:unsupported certificate purpose"},
    {"FAILED:CA certificate key too weak", "FAILED"},
    {"FAILED:EE certificate key too weak", "FAILED"},
    {"FAILED:unspecified certificate verification error", "FAILED"},
};

/// What Cloudflare says where nginx says `value`.
std::string in_our_words(std::string_view ours, std::string value) {
  if (ours == "certVerified")
    for (const auto& [nginx, cloudflare] : words)
      if (value == nginx) return std::string(cloudflare);
  // A serial keeps the sign octet that its DER has (Cloudflare's CRL template compares with it).
  if (ours == "certSerial" && !value.empty() && value.front() >= '8') return "00" + value;
  return value;
}

struct SocketCloser {
  int id;
  ~SocketCloser() { ::close(id); }
};

/// The body of a GET over a TLS 1.2 connection of its own; "no connection" where the server ends it.
std::string ask(std::uint16_t port, const std::string& host, const Client& client) {
  const int id = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const SocketCloser closer{id};
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(id, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(id, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return "nobody listens";
  std::vector<const Identity*> above;
  for (const Identity& one : client.sent_after) above.push_back(&one);
  const SslPtr ssl =
      client_ssl({.sni = host, .identity = &client.identity, .sent_after = above, .version = TLS1_2_VERSION});
  SSL_set_fd(ssl.get(), id);
  const std::string request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  if (SSL_connect(ssl.get()) != 1 ||
      SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) <= 0)
    return "no connection";
  std::string answer;
  char block[16384];
  for (int got = 0; (got = SSL_read(ssl.get(), block, sizeof block)) > 0;)
    answer.append(block, static_cast<std::size_t>(got));
  const auto head = answer.find("\r\n\r\n");
  return head == std::string::npos ? "no connection" : answer.substr(head + 4);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Client> pkits_visitors() {
  const std::string folder = pkits_folder();
  const Pkits suite(folder);
  const Identity anchor{.certificate = X509Ptr{X509_dup(suite.anchor.get())}, .key = nullptr};
  std::vector<Client> clients;
  for (const std::string& file : pkits_clients(folder)) {
    Client client{.name = std::filesystem::path(file).stem().string(),
                  .cas_pem = anchor.certificate_pem(),
                  .identity = identity_of(file)};
    for (const Identity* one : suite.above(client.identity))
      client.sent_after.push_back({.certificate = X509Ptr{X509_dup(one->certificate.get())}, .key = nullptr});
    clients.push_back(std::move(client));
  }
  return clients;
}

/// Those whose CAs both servers load: an expired CA is refused here before anything starts.
std::vector<Client> limbo_visitors(const edge::testing::TemporaryFolder& folder, const json::value& suite) {
  std::vector<Client> clients;
  for (const json::value& value : suite.at("cases").as_array()) {
    const LimboCase one{value.as_object()};
    Client client{.name = one.field("id"),
                  .cas_pem = one.pems("trusted_certs"),
                  .identity = identity_of(one.field("peer_certificate"), one.field("peer_certificate_key"))};
    SiteConfig site;
    site.client_ca = {folder.write("cas.pem", client.cas_pem)};
    if (!client.identity.certificate || !Site::load_trust(site, {})) continue;
    auto sent = certificates_from_pem(one.pems("untrusted_intermediates"), "sent");
    if (sent)
      for (X509Ptr& certificate : *sent)
        client.sent_after.push_back({.certificate = std::move(certificate), .key = nullptr});
    clients.push_back(std::move(client));
  }
  return clients;
}

/// An nginx and an edge-run, each with a site for every set of CAs.
class Both {
 public:
  Both(const edge::testing::TemporaryFolder& folder, const std::vector<Client>& clients)
      : nginx_port_(edge::testing::free_port()) {
    for (const Client& client : clients)
      hosts_.emplace(client.cas_pem, "s" + std::to_string(hosts_.size()) + ".test");
    const Identity ca = make_ca("Servers");
    const Identity own = make_server(ca, "s0.test");
    const std::string certificate = folder.write("own.pem", own.certificate_pem()),
                      key = folder.write("own.key", own.key_pem());
    const std::string script = folder.write("facts.js", facts_script());
    std::string nginx = "server_names_hash_bucket_size 128; ", toml = "workers = 0\naccess_log = \"off\"\n";
    for (const auto& [pem, host] : hosts_) {
      const std::string cas = folder.write(host + ".pem", pem);
      nginx += "server { listen 127.0.0.1:" + std::to_string(nginx_port_) + " ssl; server_name " + host +
               "; ssl_certificate " + certificate + "; ssl_certificate_key " + key +
               "; ssl_client_certificate " + cas +
               "; ssl_verify_client optional; ssl_verify_depth 16; error_page 400 495 =200 /; "
               "location / { return 200 \"" +
               nginx_facts() + "\"; } }\n";
      toml += "[[site]]\nhosts = [\"" + host + "\"]\nscript = \"" + script + "\"\ntls_cert = \"" +
              certificate + "\"\ntls_key = \"" + key + "\"\nclient_ca = \"" + cas +
              "\"\nchain_depth = 16\nchain_bytes = \"1MiB\"\n";
    }
    nginx_ = std::make_unique<edge::testing::Nginx>(folder, nginx);
    ours_ = std::make_unique<edge::testing::Server>(
        folder, edge::testing::Arguments{"-c", folder.write("edge-run.toml", toml)});
    REQUIRE(ours_->listening());
  }

  [[nodiscard]] std::string ours(const Client& client) const {
    return ask(ours_->port(), hosts_.at(client.cas_pem), client);
  }
  [[nodiscard]] std::string nginx(const Client& client) const {
    return ask(nginx_port_, hosts_.at(client.cas_pem), client);
  }

 private:
  static std::string facts_script() {
    std::string values;
    for (const Field& field : fields) values += "auth." + std::string(field.ours) + ", ";
    return "export default { fetch(request) { const auth = request.cf.tlsClientAuth; return new Response([" +
           values + "].join('\\n')); } };\n";
  }
  static std::string nginx_facts() {
    std::string values;
    for (const Field& field : fields) values += "$" + std::string(field.nginx) + "\n";
    return values;
  }

  std::map<std::string, std::string> hosts_;
  std::uint16_t nginx_port_;
  std::unique_ptr<edge::testing::Nginx> nginx_;
  std::unique_ptr<edge::testing::Server> ours_;
};

/// "CASE FIELD WHY" on each line: where we say otherwise, for more than a word.
class Differences {
 public:
  Differences() {
    for (const std::string& line : lines_of(content_of("tests/conformance/x509/nginx.txt"))) {
      std::istringstream words(line);
      std::string name, field, why;
      if (line.empty() || line.starts_with('#')) continue;
      words >> name >> field;
      std::getline(words, why);
      REQUIRE_MESSAGE(!why.empty(), line);
      known_.emplace(name, field);
    }
  }
  void compare(const Client& client, const Both& servers) {
    const std::string theirs = servers.nginx(client), ours = servers.ours(client);
    const auto theirs_by_line = lines_of(theirs), ours_by_line = lines_of(ours);
    const bool both_answer = theirs_by_line.size() == fields.size() && ours_by_line.size() == fields.size();
    if (!both_answer) return note(client.name, "answer", theirs, ours);
    for (std::size_t i = 0; i < fields.size(); ++i)
      note(client.name, fields[i].ours, in_our_words(fields[i].ours, theirs_by_line[i]), ours_by_line[i]);
  }
  /// `prefix` begins the names of the cases that ran.
  void check_complete(bool is_limbo) const {
    for (const auto& [name, field] : known_)
      if (name.contains("::") == is_limbo)
        CHECK_MESSAGE(seen_.contains({name, field}), name << " was not run");
  }
  [[nodiscard]] std::size_t equal() const { return equal_; }

 private:
  void note(const std::string& name, std::string_view field, const std::string& theirs,
            const std::string& ours) {
    const std::pair<std::string, std::string> difference{name, field};
    const bool is_known = known_.contains(difference);
    if (is_known) seen_.insert(difference);
    equal_ += theirs == ours ? 1 : 0;
    if (is_known)
      CHECK_MESSAGE(theirs != ours, name << " " << field << " differs no more");
    else
      CHECK_MESSAGE(theirs == ours, name << " " << field << ": nginx says " << theirs << ", we say " << ours);
  }

  std::set<std::pair<std::string, std::string>> known_, seen_;
  std::size_t equal_ = 0;
};

}  // namespace

TEST_CASE("nginx gives the same DN, legacy DN, serial, fingerprint, dates and verdict of PKITS' clients") {
  if (suites_are_skipped()) {
    MESSAGE("PKITS is skipped: EDGE_SUITES=skip");
    return;
  }
  const edge::testing::TemporaryFolder folder;
  const auto clients = pkits_visitors();
  REQUIRE(clients.size() > 190);
  const Both servers(folder, clients);
  Differences differences;
  for (const Client& client : clients) differences.compare(client, servers);
  differences.check_complete(false);
  MESSAGE("nginx and edge-run agree on " << differences.equal() << " strings of " << clients.size()
                                         << " clients");
}

TEST_CASE(
    "nginx gives the same DN, legacy DN, serial, fingerprint, dates and verdict of x509-limbo's clients") {
  const auto suite = limbo_suite();
  if (!suite) return;
  const edge::testing::TemporaryFolder folder;
  const auto clients = limbo_visitors(folder, *suite);
  REQUIRE(clients.size() > 150);
  const Both servers(folder, clients);
  Differences differences;
  for (const Client& client : clients) differences.compare(client, servers);
  differences.check_complete(true);
  MESSAGE("nginx and edge-run agree on " << differences.equal() << " strings of " << clients.size()
                                         << " clients");
}
