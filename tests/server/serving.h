// A worker in this process with a handler in C++, and TLS clients for it: what the tests of runtime/server
// share.
#pragma once

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "runtime/base/log.h"
#include "runtime/server/generation.h"
#include "runtime/server/listening_sockets.h"
#include "runtime/server/worker.h"
#include "runtime/tls/certs.h"

namespace edge::server::testing {

/// CA, server and client certificates, and a revocation list, as files of a folder that goes with the test.
struct Pki {
  std::filesystem::path folder;
  tls::Identity ca =
      tls::make_self_signed({.subject = {{"CN", "test ca"}}, .extended_key_usage = {}, .ca = true}).value();
  tls::Identity foreign_ca =
      tls::make_self_signed({.subject = {{"CN", "foreign ca"}}, .extended_key_usage = {}, .ca = true})
          .value();
  tls::Identity good = tls::issue(ca, {.subject = {{"CN", "good"}}, .serial = Bytes{0x11}}).value();
  tls::Identity other = tls::issue(ca, {.subject = {{"CN", "other"}}, .serial = Bytes{0x22}}).value();
  tls::Identity foreign = tls::issue(foreign_ca, {.subject = {{"CN", "foreign"}}}).value();
  std::uint64_t lists_made = 0;

  Pki() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-server-XXXXXX").string();
    folder = mkdtemp(name.data());
    const tls::Identity server = tls::issue(ca, {.subject = {{"CN", "server"}},
                                                 .dns = {"pub.test", "mtls.test", "*.wild.test"},
                                                 .extended_key_usage = {"serverAuth"}})
                                     .value();
    write("ca.pem", ca.certificate_pem());
    write("server.pem", server.certificate_pem());
    write("server.key", server.key_pem());
    write("script.js", "export default {}\n");
    revoke({});
  }
  ~Pki() { std::filesystem::remove_all(folder); }
  Pki(const Pki&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (folder / name).string(); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name) + ".new", std::ios::binary) << content;
    std::filesystem::rename(file(name) + ".new", file(name));
  }
  /// The list names exactly these serials from now on.
  void revoke(const std::vector<Bytes>& serials) {
    write("ca.crl", tls::pem_of_crl(tls::make_crl(ca, {.serials = serials, .number = ++lists_made}).value()));
  }
  [[nodiscard]] SiteConfig site(const std::string& name, std::vector<std::string> hosts) const {
    SiteConfig site;
    site.name = name;
    site.hosts = std::move(hosts);
    site.script = file("script.js");
    site.tls_cert = file("server.pem");
    site.tls_key = file("server.key");
    return site;
  }
  [[nodiscard]] SiteConfig mtls_site(const std::string& name, std::vector<std::string> hosts) const {
    SiteConfig mtls = site(name, std::move(hosts));
    mtls.client_ca = {file("ca.pem")};
    mtls.client_crl = {file("ca.crl")};
    return mtls;
  }
  [[nodiscard]] Config config(std::vector<SiteConfig> sites) const {
    Config config;
    config.sites = std::move(sites);
    config.listen = {{.address = "127.0.0.1", .port = 0}};
    config.state_dir = file("state");
    config.access_log = false;
    return config;
  }
};

using Answer = std::function<Task<http::Response>(http::Request)>;

/// A Handler made of a function.
class FakeHandler final : public Handler {
 public:
  FakeHandler(Answer answer, std::function<bool()> condemned)
      : answer_(std::move(answer)), condemned_(std::move(condemned)) {}
  Task<http::Response> fetch(http::Request&& request) override { return answer_(std::move(request)); }
  [[nodiscard]] bool condemned() const override { return condemned_ && condemned_(); }

 private:
  Answer answer_;
  std::function<bool()> condemned_;
};

inline http::Response text(std::string body, int status = 200) {
  http::Response response;
  response.status = status;
  response.body = http::Body(std::move(body));
  return response;
}

/// Says the site, what the handler saw of the client, and every header: "name: value" lines.
inline std::string description(const SiteConfig& site, const http::Request& request) {
  std::string out = "site=" + site.name + "\n" + "url=" + request.url() + "\n";
  const tls::ClientAuth& auth = request.peer->client->auth;
  out += "presented=" + auth.presented + " verified=" + auth.verified + " revoked=" + auth.revoked + "\n";
  for (std::size_t i = 0; i < request.headers.size(); ++i)
    out += std::string(request.headers[i].name) + ": " + std::string(request.headers[i].value) + "\n";
  return out;
}

inline HandlerFactory describing_factory() {
  return [](const HandlerSetup& setup) -> Result<std::unique_ptr<Handler>> {
    return std::make_unique<FakeHandler>(
        [&site = setup.site](http::Request request) -> Task<http::Response> {
          co_return text(description(site, request));
        },
        nullptr);
  };
}

/// A Worker that serves on a thread of its own.
class Serving {
 public:
  Serving(Config config, HandlerFactory factory, LogLevel level = LogLevel::error)
      : instance_(config.state_dir) {
    log::configure({.format = LogFormat::text, .level = level, .access = false});
    auto generation = Generation::load(std::move(config), instance_);
    REQUIRE_MESSAGE(generation, (generation ? "" : generation.error().message));
    generation_ = std::move(*generation);
    auto worker = Worker::make({.config = generation_->config(),
                                .make_handler = std::move(factory),
                                .revocations = generation_->revocations(),
                                .ticket_secrets = {instance_.ticket_secret()}});
    REQUIRE_MESSAGE(worker, (worker ? "" : worker.error().message));
    worker_ = std::move(*worker);
    const auto sockets = ListeningSockets::open(generation_->config().listen, 1, nullptr).value();
    const std::string url = sockets.urls().at(0);
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    REQUIRE(worker_->accept_on({dup(sockets.of(0).at(0))}));
    thread_ = std::thread([this] { worker_->run(); });
  }
  ~Serving() {
    worker_->stop();
    thread_.join();
  }
  Serving(const Serving&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void publish_lists() { REQUIRE(generation_->publish_lists()); }
  Generation& generation() { return *generation_; }
  /// Lets everything that `action` does arrive at the worker at once.
  void arrive_together(const std::function<void()>& action) {
    struct Pause {
      std::promise<void> begun, over;
    };
    // The worker's too: it may leave the pause after this function.
    const auto pause = std::make_shared<Pause>();
    post([pause, over = pause->over.get_future().share()](Worker&) {
      pause->begun.set_value();
      over.wait();
    });
    pause->begun.get_future().wait();
    action();
    pause->over.set_value();
  }
  /// Runs `action` on the worker's thread.
  void post(std::function<void(Worker&)> action) {
    boost::asio::post(worker_->io(), [this, action = std::move(action)] { action(*worker_); });
  }

 private:
  Instance instance_;
  std::unique_ptr<Generation> generation_;
  std::unique_ptr<Worker> worker_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  [[nodiscard]] bool says(const std::string& part) const { return body.contains(part); }
};

/// A blocking TLS client; every wait ends after some seconds.
class Client {
 public:
  struct Options {
    std::uint16_t port;
    std::string sni = "mtls.test";  ///< "": none is sent
    const tls::Identity* identity = nullptr;
    std::string address = "127.0.0.1";
  };

  explicit Client(const Options& options) {
    signal(SIGPIPE, SIG_IGN);
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(options.port);
    inet_pton(AF_INET, options.address.c_str(), &to.sin_addr);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    if (!connected_) return;
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (options.identity) {
      SSL_CTX_use_certificate(context_.get(), options.identity->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), options.identity->key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    if (!options.sni.empty()) SSL_set_tlsext_host_name(ssl_.get(), options.sni.c_str());
    shaken_ = SSL_connect(ssl_.get()) == 1;
  }
  ~Client() {
    ssl_.reset();
    close(fd_);
  }
  Client(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  /// In TLS 1.3 a refusal of the client's certificate shows in the first read only.
  [[nodiscard]] bool shaken() const { return shaken_; }
  bool send(const std::string& bytes) {
    return shaken_ && SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  /// Status 0: the connection ended before a whole response.
  Reply receive() {
    Reply reply;
    std::size_t end = 0;
    while ((end = inbox_.find("\r\n\r\n")) == inbox_.npos)
      if (!fill()) return {};
    const std::string head = inbox_.substr(0, end + 2);
    inbox_.erase(0, end + 4);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const std::size_t line_end = head.find("\r\n", at), colon = head.find(": ", at);
      std::string name = head.substr(at, colon - at);
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      reply.headers[name] = head.substr(colon + 2, line_end - colon - 2);
      at = line_end + 2;
    }
    const std::size_t length =
        reply.headers.contains("content-length") ? std::stoul(reply.headers["content-length"]) : 0;
    while (inbox_.size() < length)
      if (!fill()) return {};
    reply.body = inbox_.substr(0, length);
    inbox_.erase(0, length);
    reply.status = std::stoi(head.substr(9, 3));
    return reply;
  }
  Reply get(const std::string& host, const std::string& path = "/", const std::string& more_headers = {}) {
    send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + more_headers + "\r\n");
    return receive();
  }
  /// Ends its side of the TCP connection, and does not say so in TLS.
  void half_close() { shutdown(fd_, SHUT_WR); }
  /// Waits for the server to end the connection; false when it sends something instead or does nothing.
  bool is_closed_by_server() {
    char byte = 0;
    if (!inbox_.empty()) return false;
    errno = 0;
    const int got = SSL_read(ssl_.get(), &byte, 1);
    return got <= 0 && errno != EAGAIN;
  }

 private:
  bool fill() {
    char buffer[16 * 1024];
    const int got = shaken_ ? SSL_read(ssl_.get(), buffer, sizeof buffer) : 0;
    if (got <= 0) return false;
    inbox_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  int fd_;
  tls::SslContextPtr context_;
  tls::SslPtr ssl_;
  std::string inbox_;
  bool connected_ = false, shaken_ = false;
};

}  // namespace edge::server::testing
