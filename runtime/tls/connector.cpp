// The client's side: one context for a trust, and the last session of each host.
#include "runtime/tls/connector.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>

#include "runtime/tls/asn1.h"
#include "runtime/tls/context.h"
#include "runtime/tls/credentials.h"
#include "runtime/tls/recent.h"
#include "runtime/tls/site.h"

namespace edge::tls {
namespace {

constexpr std::size_t sessions_max = 1024;
constexpr int chain_depth_max = 8;
constexpr const char* system_folder =
    "/etc/ssl/certs";  // hashed names: certificates are read as they are asked for
constexpr const char* system_bundle = "/etc/pki/tls/certs/ca-bundle.crt";

bool is_address(const std::string& host) {
  in6_addr v6{};
  in_addr v4{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 || inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

Result<> trust_system(SSL_CTX* ctx) {
  SSL_CTX_set_default_verify_paths(ctx);  // SSL_CERT_FILE and SSL_CERT_DIR, where they are set
  std::error_code ec;
  if (std::filesystem::is_directory(system_folder, ec)) {
    if (SSL_CTX_load_verify_dir(ctx, system_folder) != 1)
      return fail(ErrorKind::config, std::string(system_folder) + " cannot be used");
  } else if (std::filesystem::exists(system_bundle, ec)) {
    if (SSL_CTX_load_verify_file(ctx, system_bundle) != 1)
      return fail(ErrorKind::config, std::string(system_bundle) + " cannot be read");
  }
  return {};
}

Result<> trust_files(SSL_CTX* ctx, const std::vector<std::string>& files) {
  auto anchors = load_anchors(files, "origin_ca", Anchors::any);
  if (!anchors) return std::unexpected(std::move(anchors.error()));
  for (const X509Ptr& anchor : *anchors) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), anchor.get()) != 1) {
      return fail(ErrorKind::config, "origin_ca holds a certificate that is refused: " + openssl_reason());
    }
  }
  return {};
}

Result<> present(SSL_CTX* ctx, const OriginTrust& trust) {
  const CredentialFiles files{.certificate = trust.cert_file,
                              .key = trust.key_file,
                              .certificate_option = trust.cert_option,
                              .key_option = trust.key_option};
  if (files.certificate.empty())
    return fail(ErrorKind::config, "origin_key needs origin_cert; give the PEM file of its certificate");
  if (files.key.empty())
    return fail(ErrorKind::config, "origin_cert needs origin_key; give the PEM file of its private key");
  auto credentials = load_credentials(files);
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  return use_credentials(ctx, *credentials, files);
}

}  // namespace

struct Connector::State {
  SslContextPtr context;
  Recent<std::string, SessionPtr> sessions{sessions_max};

  Result<SslPtr> begin(const std::string& host);
  static int session_made(SSL* ssl, SSL_SESSION* session);
  static int host_index();
};

namespace {

/// Sessions come after the handshake too, so the host lives as long as its SSL.
void free_host(void*, void* host, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(host);
}

}  // namespace

int Connector::State::host_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_host);
  return index;
}

int Connector::State::session_made(SSL* ssl, SSL_SESSION* session) {
  constexpr int not_kept = 0, kept = 1;
  auto* const state = static_cast<State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const auto* const host = static_cast<std::string*>(SSL_get_ex_data(ssl, host_index()));
  if (!state || !host || SSL_SESSION_is_resumable(session) != 1) return not_kept;
  state->sessions.put(*host, SessionPtr(session));
  return kept;
}

Result<SslPtr> Connector::State::begin(const std::string& host) {
  const ErrorMark mark;
  SslPtr ssl{SSL_new(context.get())};
  check(ssl != nullptr);
  SSL_set_connect_state(ssl.get());
  SSL_set_ex_data(ssl.get(), host_index(), new std::string(host));
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl.get());
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool named = is_address(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1
                         : X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1 &&
                               SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
  if (!named) return fail(ErrorKind::tls, "'" + host + "' is no name that a certificate could be for");
  if (const SessionPtr* session = sessions.find(host)) SSL_set_session(ssl.get(), session->get());
  return ssl;
}

Connector::Connector() : state_(std::make_unique<State>()) {}

Connector::~Connector() {
  // Connections that are still open keep the context, which would come back here.
  if (state_->context) SSL_CTX_set_app_data(state_->context.get(), nullptr);
}

Result<std::shared_ptr<Connector>> Connector::load(const OriginTrust& trust) {
  const ErrorMark mark;
  auto context = make_context(Role::client);
  if (!context) return std::unexpected(std::move(context.error()));
  SSL_CTX* const ctx = context->get();
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(ctx, chain_depth_max);
  auto trusted = trust.ca_files.empty() ? trust_system(ctx) : trust_files(ctx, trust.ca_files);
  if (!trusted) return std::unexpected(std::move(trusted.error()));
  if (!trust.cert_file.empty() || !trust.key_file.empty()) {
    if (auto presented = present(ctx, trust); !presented)
      return std::unexpected(std::move(presented.error()));
  }
  static constexpr unsigned char spoken[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(ctx, spoken, sizeof spoken);
  std::shared_ptr<Connector> connector{new Connector};
  SSL_CTX_sess_set_new_cb(ctx, &State::session_made);
  SSL_CTX_set_app_data(ctx, connector->state_.get());
  connector->state_->context = std::move(*context);
  return connector;
}

Task<Result<std::unique_ptr<Stream>>> Connector::connect(Socket socket, std::string host,
                                                         std::move_only_function<void(Stream&)> started) {
  const std::string name = normalise_host(host).value_or(host);
  auto ssl = state_->begin(name);
  if (!ssl) co_return std::unexpected(std::move(ssl.error()));
  auto stream = std::make_unique<Stream>(std::move(socket), std::move(*ssl));
  if (started) started(*stream);
  auto shaken = co_await stream->handshake();
  if (shaken) co_return stream;
  Error error = std::move(shaken.error());
  const long verified = SSL_get_verify_result(stream->ssl());
  if (error.kind == ErrorKind::tls && verified != X509_V_OK) {
    error.message = std::string("its certificate is refused: ") + X509_verify_cert_error_string(verified);
  }
  error.message = "TLS with '" + name + "' failed: " + error.message;
  state_->sessions.erase(name);
  co_return std::unexpected(std::move(error));
}

}  // namespace edge::tls
