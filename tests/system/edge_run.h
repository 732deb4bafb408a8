// The edge-run program under test, started on a free port with certificates of the test's own.
#pragma once

#include <memory>
#include <string>

#include "tests/support/process.h"

namespace edge::testing {

/// Path of the program that this build made.
std::string edge_run();

/// A running server; SIGKILL at the end of the test if it still runs.
class Server {
 public:
  /// `arguments` follow `edge-run`; --listen is added. Waits until it listens, at most 20 s.
  Server(const TemporaryFolder& folder, Arguments arguments);
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "https://localhost:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Background& process() { return *process_; }
  [[nodiscard]] bool listening() const { return listening_; }

 private:
  std::uint16_t port_;
  std::unique_ptr<Background> process_;
  bool listening_;
};

/// An nginx in the foreground; `server_block` is the inside of `http { … }`.
class Nginx {
 public:
  Nginx(const TemporaryFolder& folder, const std::string& http_block);
  [[nodiscard]] Background& process() { return *process_; }

 private:
  std::unique_ptr<Background> process_;
};

/// Files of a PKI that cfssl made as Cloudflare's documentation tells: ca.pem, server.pem, client.pem,
/// revoked.pem, foreign.pem (of another CA), each with -key.pem; ca.crl revokes revoked.pem.
void make_cfssl_pki(const TemporaryFolder& folder);
/// What serves `script` with the server and the CA of that PKI, then `more`.
Arguments mtls_site(const TemporaryFolder& folder, const std::string& script, const Arguments& more = {},
                    const std::string& workers = "1");
/// The decimal serial number of a PEM certificate: what cfssl's list of serials wants.
std::string decimal_serial(const std::string& pem_file);

/// The subject of a PEM certificate as openssl prints it by RFC 2253; the order of its RDNs is cfssl's
/// choice.
std::string subject_of(const std::string& pem_file);

/// curl with `certificate` (a name of the PKI, "" for none); the answer is "STATUS BODY", or "curl N" for its
/// error N.
std::string curl(const TemporaryFolder& folder, const std::string& url, const std::string& certificate,
                 const Arguments& more = {});

}  // namespace edge::testing
