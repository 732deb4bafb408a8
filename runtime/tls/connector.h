// The client's side of a handshake, for https origins: verifies the origin, presents our certificate when
// asked.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/error.h"
#include "runtime/base/task.h"
#include "runtime/tls/stream.h"

namespace edge::tls {

/// How an origin is trusted and what it is shown. Pools are keyed by `id`: connections of two identities
/// never mix.
struct OriginTrust {
  std::vector<std::string> ca_files;                                   ///< empty: the system's certificates
  std::string cert_file, key_file;                                     ///< empty: nothing is presented
  std::string cert_option = "origin_cert", key_option = "origin_key";  ///< what messages call them
};

class Connector {
 public:
  /// Fails, naming the file, for what cannot be read.
  static Result<std::shared_ptr<Connector>> load(const OriginTrust& trust);
  ~Connector();
  /// Handshakes on a connected socket. The origin's certificate must verify for `host` (name or IP address).
  /// The caller bounds it in time through `started`.
  Task<Result<std::unique_ptr<Stream>>> connect(Socket socket, std::string host,
                                                std::move_only_function<void(Stream&)> started);

 private:
  Connector();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edge::tls
