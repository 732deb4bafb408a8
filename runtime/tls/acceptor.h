// The server's side of a handshake: the client hello chooses the Site, the chain is verified, facts come out.
#pragma once

#include <memory>

#include "runtime/base/error.h"
#include "runtime/base/task.h"
#include "runtime/tls/peer.h"
#include "runtime/tls/site.h"
#include "runtime/tls/stream.h"

namespace edge::tls {

/// Where the current revocation index is; every worker has one, and notices a new epoch by an atomic load.
class RevocationSource {
 public:
  virtual ~RevocationSource() = default;
  virtual std::shared_ptr<const Revocations> current() = 0;
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;
};

/// What a handshake led to. `site` lives as long as the Sites that the acceptor was given.
struct Accepted {
  std::unique_ptr<Stream> stream;
  const Site* site = nullptr;
  std::shared_ptr<const Peer> peer;
};

/// Why a handshake failed, and everything known of the client by then: the `tls.client_auth` event says it.
struct Refused {
  Error error;
  std::shared_ptr<const Peer> peer;  ///< null when the client sent no certificate that could be read
};

/// Seconds since 1970; tests bring their own.
using Clock = std::int64_t (*)();
std::int64_t system_seconds();

/// One for a worker: holds what the OpenSSL callbacks need, and the memory of verified chains.
class Acceptor {
 public:
  Acceptor(std::shared_ptr<const Sites> sites, RevocationSource& revocations, const Limits& limits,
           Clock clock = system_seconds);
  ~Acceptor();
  /// Runs the handshake on `socket`. The caller bounds it in time by cancelling the stream, which it gets
  /// through `started` before the first byte is read.
  Task<std::expected<Accepted, Refused>> accept(Socket socket,
                                                std::move_only_function<void(Stream&)> started);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The verdict of `peer` by the index of now; the same Peer when nothing changed (T02).
std::shared_ptr<const Peer> renew_verdict(std::shared_ptr<const Peer> peer, const Site& site,
                                          const Revocations& index, std::int64_t now);

}  // namespace edge::tls
