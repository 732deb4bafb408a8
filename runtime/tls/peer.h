// The facts of one connection: who the client is, how it connected, and what the revocation lists say now.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/shared.h"
#include "runtime/tls/client_auth.h"
#include "runtime/tls/revocations.h"

namespace edge::tls {

/// Facts of the handshake beyond the certificate, in the forms of `request.cf`.
struct ConnectionFacts {
  std::string tls_version;  ///< "TLSv1.3"
  std::string tls_cipher;   ///< Cloudflare's names: "AEAD-AES128-GCM-SHA256"
  std::string sni;          ///< normalised; "" when the client sent none
  std::string alpn;         ///< "http/1.1"; "" when none was agreed
  bool resumed = false;
  std::string client_hello_length;  ///< decimal, of the handshake message's body
  std::string client_random;        ///< base64 of 32 bytes
  std::string client_ciphers_sha1;  ///< base64 of 20 bytes
  std::string client_extensions_sha1;
  std::string client_extensions_sha1_le;
  std::string client_address;  ///< "127.0.0.1"
  std::uint16_t client_port = 0;
  unsigned client_tcp_rtt = 0;  ///< milliseconds, TCP_INFO
};

/// What a certificate, and verifying it, says of a client; each of the client's connections has the same.
struct ClientFacts {
  ClientAuth auth = {};
  Bytes leaf_der = {};                   ///< empty without a certificate
  std::vector<Bytes> issuers_der = {};   ///< the verified chain above the leaf, leaf's issuer first, no root
  std::int64_t good_until = 0;           ///< seconds since 1970: the first notAfter of the chain; 0: no chain
  std::vector<RevocationKey> keys = {};  ///< leaf first
};

/// Immutable. When the verdict changes, the connection gets a new Peer with a new id.
struct Peer {
  std::uint64_t id = 0;  ///< unique in the process: caches of derived objects use it as their key
  ConnectionFacts connection;
  Shared<ClientFacts> client;  ///< its `auth.revoked` is the verdict's
  Verdict verdict;
  /// True when the certificate verified and no list revokes it. `unknown` is not good.
  [[nodiscard]] bool good() const;
};

/// A Peer of its own number. `client` may be of another verdict.
std::shared_ptr<const Peer> make_peer(ConnectionFacts connection, Shared<ClientFacts> client,
                                      Verdict verdict);
/// `peer` with `verdict` and what follows from it.
std::shared_ptr<const Peer> with_verdict(const Peer& peer, Verdict verdict);
std::uint64_t next_peer_id();

}  // namespace edge::tls
