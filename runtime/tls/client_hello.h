// What a ClientHello says of a client beyond its certificate: the fingerprint values of `request.cf`.
#pragma once

#include <optional>
#include <string>

#include "runtime/base/bytes.h"

namespace edge::tls {

/// In the forms of ConnectionFacts; each "" where the message does not hold it.
struct ClientHelloFacts {
  std::string length;              ///< decimal, of the message's body
  std::string random;              ///< base64
  std::string ciphers_sha1;        ///< base64 of SHA-1 over the cipher list as sent
  std::string extensions_sha1;     ///< base64 of SHA-1 over the extension types in their order, big-endian
  std::string extensions_sha1_le;  ///< the same, little-endian
};

/// `message` is the handshake message with its four header bytes. It may be anything: it was not checked yet.
ClientHelloFacts client_hello_facts(BytesView message);

/// The host_name of a server_name extension (RFC 6066 section 3); nothing where it is malformed.
std::optional<std::string> server_name(BytesView extension);

}  // namespace edge::tls
