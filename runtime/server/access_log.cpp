// The fields of the access log and where each comes from.
#include "runtime/server/access_log.h"

#include "runtime/base/log.h"

namespace edge::server {

AccessRecord::AccessRecord(const http::Request& request, std::string_view request_id)
    : enabled_(log::access_enabled()) {
  if (!enabled_) return;
  started_ = std::chrono::steady_clock::now();
  request_id_ = request_id;
  method_ = request.method;
  host_ = request.authority;
  // Queries carry secrets (tokens, addresses of people); the path is enough to find a request again.
  path_ = request.target.substr(0, request.target.find('?'));
}

void AccessRecord::write(const AccessOutcome& outcome, const tls::Peer& peer) const {
  if (!enabled_) return;
  const auto took = std::chrono::steady_clock::now() - started_;
  const tls::ConnectionFacts& connection = peer.connection;
  const tls::ClientAuth& auth = peer.client->auth;
  log::access({
      {"req_id", request_id_},
      {"host", host_},
      {"sni", connection.sni},
      {"method", method_},
      {"path", path_},
      {"status", outcome.status},
      {"bytes_in", outcome.bytes_in},
      {"bytes_out", outcome.bytes_out},
      {"dur_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
      {"client_ip", connection.client_address},
      {"tls_version", connection.tls_version},
      {"resumed", connection.resumed},
      {"cert_presented", auth.presented == "1"},
      {"cert_verified", auth.verified},
      {"cert_revoked", auth.revoked == "1"},
      {"cert_sha256", auth.fingerprint_sha256},
      {"cert_serial", auth.serial},
  });
}

}  // namespace edge::server
