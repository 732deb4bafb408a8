// Certificates for trying things out: a CA, a server, clients of every kind, and the list that revokes one of
// them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge::cli {

struct DevClient {
  std::string name;  ///< "good", "revoked", "expired", "foreign"
  std::string cert, key;
};

struct DevCertificates {
  std::string ca, crl, server_cert, server_key;
  std::vector<DevClient> clients;
  bool made = false;  ///< now; false: those of an earlier run
};

/// Those in `folder`; made anew when some are missing, end within a week, or do not name all of `hosts`.
/// The server's certificate is for localhost, 127.0.0.1, ::1 and `hosts`.
Result<DevCertificates> dev_certificates(const std::string& folder, std::span<const std::string> hosts,
                                         std::int64_t now);

/// True when the sites have no certificates of their own, so that they get development ones.
bool wants_dev_certificates(const Config& config);
/// Makes them under the state folder and gives them to every site: certificate, key, and the CA and its list
/// where the site names no CA.
Result<DevCertificates> use_dev_certificates(Config& config, std::int64_t now);

/// A curl command for each client, with what will come of it. `port` is that of the first listener.
std::string dev_welcome(const DevCertificates& certificates, const Config& config, std::uint16_t port);

}  // namespace edge::cli
