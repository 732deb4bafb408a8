// A client's facts as JavaScript holds them: the handle behind `request.cf`.
#pragma once

#include <memory>

#include "runtime/http/message.h"
#include "runtime/js/native.h"
#include "runtime/tls/peer.h"

namespace edge::bindings {

class Host;

/// One Peer: the requests of a connection share it until its verdict changes.
class PeerHandle : public js::Held {
 public:
  explicit PeerHandle(std::shared_ptr<const tls::Peer> peer) : peer(std::move(peer)) {}
  const std::shared_ptr<const tls::Peer> peer;
};

/// Requests with the same number have the same `cf`; 0 for one that has none.
double cf_number(Host& host, const http::Request& request);

}  // namespace edge::bindings
