// A server and a client on loopback in one io_context, with certificates made for the test.
#pragma once

#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "runtime/base/io_context.h"
#include "runtime/tls/acceptor.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/crl.h"

namespace edge::tls::testing {

namespace asio = boost::asio;
using boost::asio::ip::tcp;

/// The value, or the end of the test with the error's message.
template <class T>
T must(Result<T> result) {
  if (!result) {
    FAIL(result.error().message);
  }
  return std::move(*result);
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "edge-run-tls-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::string path_;
};

inline Identity make_ca(const std::string& name) {
  CertificateRequest request;
  request.subject = {{"O", "Edge Test"}, {"CN", name}};
  request.ca = true;
  request.extended_key_usage.clear();
  return must(make_self_signed(request));
}

inline Identity make_client(const Identity& ca, CertificateRequest request = {}) {
  return must(issue(ca, request));
}

inline Identity make_server(const Identity& ca, const std::string& host) {
  CertificateRequest request;
  request.subject = {{"CN", host}};
  request.dns = {host};
  request.extended_key_usage = {"serverAuth"};
  return must(issue(ca, request));
}

/// The revocation index of a test, replaced whenever a serial is revoked.
class Lists : public RevocationSource {
 public:
  std::shared_ptr<const Revocations> current() override { return index_; }
  [[nodiscard]] std::uint64_t epoch() const override { return index_->epoch(); }
  void publish(const Folder& folder, const Identity& ca, std::vector<Bytes> serials) {
    CrlRequest request;
    request.serials = std::move(serials);
    request.number = ++number_;
    const Bytes der = must(make_crl(ca, request));
    std::vector<X509Ptr> cas;
    X509_up_ref(ca.certificate.get());
    cas.emplace_back(ca.certificate.get());
    const auto lists = must(parse_crls(der, "test.crl", cas, system_seconds()));
    const std::string path = folder.file("revocations.idx");
    REQUIRE(Revocations::write(path, number_ + 1, lists).has_value());
    index_ = must(Revocations::open(path));
  }
  void publish(const Folder& folder, const std::vector<Crl>& lists) {
    const std::string path = folder.file("revocations.idx");
    REQUIRE(Revocations::write(path, ++number_, lists).has_value());
    index_ = must(Revocations::open(path));
  }

 private:
  std::shared_ptr<const Revocations> index_ = Revocations::none();
  std::uint64_t number_ = 0;
};

inline Bytes serial_of(const Identity& identity) {
  return integer_octets(X509_get0_serialNumber(identity.certificate.get()));
}

inline std::int64_t clock_offset = 0;
inline std::int64_t test_clock() { return system_seconds() + clock_offset; }

/// Sites, and a listening socket whose acceptor serves them. `secret` seals tickets; empty: sessions stay in
/// the process.
class Server {
 public:
  explicit Server(Bytes secret = Bytes(32, 7)) {
    if (!secret.empty()) secrets_.push_back(std::move(secret));
    clock_offset = 0;
  }
  ~Server() { clock_offset = 0; }

  SiteConfig config(const std::string& host, ClientAuthMode mode, const std::vector<const Identity*>& cas) {
    const Identity server = make_server(server_ca, host.empty() ? "any.test" : host);
    const std::string name = host.empty() ? "any" : host;
    SiteConfig config;
    config.name = name;
    if (!host.empty()) config.hosts = {host};
    config.tls_cert = folder.write(name + ".pem", server.certificate_pem());
    config.tls_key = folder.write(name + ".key", server.key_pem());
    config.client_auth = mode;
    for (const Identity* ca : cas) {
      const std::string ca_name = name + ".ca" + std::to_string(config.client_ca.size());
      config.client_ca.push_back(folder.write(ca_name, ca->certificate_pem()));
    }
    return config;
  }
  void serve(const std::vector<SiteConfig>& configs) {
    std::vector<std::shared_ptr<const Site>> loaded;
    for (const SiteConfig& config : configs) loaded.push_back(must(Site::load(config, limits, secrets_)));
    sites = std::make_shared<const Sites>(std::move(loaded));
    restart();
  }
  /// Another worker process of the same server: it shares the secret and nothing else.
  void restart() { acceptor = std::make_unique<Acceptor>(sites, lists, limits, test_clock); }

  Folder folder;
  Limits limits;
  Lists lists;
  Identity server_ca = make_ca("Server CA");
  std::shared_ptr<const Sites> sites;
  std::unique_ptr<Acceptor> acceptor;
  IoContext io;

 private:
  TicketSecrets secrets_;
};

/// What a client does.
struct Visit {
  std::string sni = "a.test";  ///< "": none is sent
  const Identity* identity = nullptr;
  std::vector<const Identity*> sent_after = {};  ///< certificates sent after the identity's own
  SSL_SESSION* session = nullptr;
  int version = TLS1_3_VERSION;
  std::string alpn = {};
  std::string groups = {};
  bool resets = false;  ///< ends with a TCP reset
};

struct Outcome {
  std::optional<std::expected<Accepted, Refused>> server;
  Result<> client;
  bool client_resumed = false;
  SessionPtr session;

  [[nodiscard]] const Peer& peer() const {
    if (!server->has_value()) FAIL(server->error().error.message);
    return *(**server).peer;
  }
  [[nodiscard]] bool accepted() const { return server && server->has_value(); }
};

inline std::pair<Socket, Socket> connected_sockets(asio::io_context& io) {
  asio::basic_socket_acceptor<tcp, Executor> listener(io.get_executor());
  const tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
  listener.open(tcp::v4());
  listener.bind(any);
  listener.listen();
  Socket client(io.get_executor());
  client.connect(listener.local_endpoint());
  Socket server(io.get_executor());
  listener.accept(server);
  return {std::move(server), std::move(client)};
}

inline SslPtr client_ssl(const Visit& visit) {
  const SslContextPtr context{SSL_CTX_new(TLS_client_method())};
  SSL_CTX_set_security_level(context.get(), 0);  // this client may present what the server ought to refuse
  SslPtr ssl{SSL_new(context.get())};
  SSL_set_connect_state(ssl.get());
  SSL_set_min_proto_version(ssl.get(), visit.version);
  SSL_set_max_proto_version(ssl.get(), visit.version);
  if (!visit.sni.empty()) SSL_set_tlsext_host_name(ssl.get(), visit.sni.c_str());
  if (!visit.groups.empty()) SSL_set1_groups_list(ssl.get(), visit.groups.c_str());
  if (!visit.alpn.empty()) {
    const std::string list = std::string(1, static_cast<char>(visit.alpn.size())) + visit.alpn;
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  }
  if (visit.identity) {
    SSL_use_certificate(ssl.get(), visit.identity->certificate.get());
    SSL_use_PrivateKey(ssl.get(), visit.identity->key.get());
    for (const Identity* after : visit.sent_after) SSL_add1_chain_cert(ssl.get(), after->certificate.get());
  }
  if (visit.session) SSL_set_session(ssl.get(), visit.session);
  return ssl;
}

inline void log_and_stop(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

/// Runs until every task has ended; ten seconds are too long for any of them.
inline void run(asio::io_context& io, std::vector<Task<>> tasks) {
  std::size_t left = tasks.size();
  for (auto& task : tasks) {
    asio::co_spawn(io, std::move(task), [&left](const std::exception_ptr& error) {
      --left;
      log_and_stop(error);
    });
  }
  io.restart();
  io.run_for(std::chrono::seconds(10));
  REQUIRE(left == 0);
}

inline Task<> serve_one(Acceptor& acceptor, Socket socket, Outcome& outcome) {
  outcome.server = co_await acceptor.accept(std::move(socket), nullptr);
  if (!outcome.accepted()) co_return;
  Stream& stream = *(**outcome.server).stream;
  if (!co_await stream.write("hello")) co_return;
  char answer[16];
  co_await stream.read_some(answer);
  stream.close();
}

/// OpenSSL's own client on the socket's other end; the tickets come with the server's first bytes.
inline Task<> visit_once(Socket socket, SslPtr ssl, bool resets, Outcome& outcome) {
  Stream stream(std::move(socket), std::move(ssl));
  outcome.client = co_await stream.handshake();
  if (!outcome.client) co_return;
  char greeting[16];
  const auto got = co_await stream.read_some(greeting);
  if (!got) {
    outcome.client = std::unexpected(got.error());
    co_return;
  }
  outcome.client_resumed = SSL_session_reused(stream.ssl()) == 1;
  outcome.session.reset(SSL_get1_session(stream.ssl()));
  if (resets) {
    SSL_set_shutdown(stream.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);  // its session is still good
    stream.socket().set_option(asio::socket_base::linger(true, 0));
    stream.socket().close();
    co_return;
  }
  co_await stream.write("bye");
  stream.close();
}

inline Outcome visit(Server& server, const Visit& how) {
  Outcome outcome;
  auto [inside, outside] = connected_sockets(server.io);
  std::vector<Task<>> tasks;
  tasks.push_back(serve_one(*server.acceptor, std::move(inside), outcome));
  tasks.push_back(visit_once(std::move(outside), client_ssl(how), how.resets, outcome));
  run(server.io, std::move(tasks));
  REQUIRE(outcome.server.has_value());
  return outcome;
}

}  // namespace edge::tls::testing
