// request.cf.tlsClientAuth of a client, without a request.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/tls/peer.h"

namespace edge::cli {

/// What JSON.stringify(request.cf.tlsClientAuth) gives a script that `peer` asks: octet by octet the same,
/// because a script in a Realm of its own is asked. Starts V8 in this process, and ends it.
Result<std::string> client_auth_json(std::shared_ptr<const tls::Peer> peer, const Limits& limits);

}  // namespace edge::cli
