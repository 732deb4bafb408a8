// The TLS policy of servers and clients, written once.
#include "runtime/tls/context.h"

#include <openssl/ssl.h>

#include "runtime/tls/asn1.h"

namespace edge::tls {
namespace {

// AES-128 first: it is the cheapest where the processor has AES instructions, and no weaker where it matters.
constexpr const char* tls13_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519MLKEM768:X25519:P-256";
constexpr int security_level = 2;

}  // namespace

Result<SslContextPtr> make_context(Role role) {
  const ErrorMark mark;
  SslContextPtr context{SSL_CTX_new(role == Role::server ? TLS_server_method() : TLS_client_method())};
  SSL_CTX* const ctx = context.get();
  if (!ctx) return fail(ErrorKind::tls, "OpenSSL cannot make a context: " + openssl_reason());
  SSL_CTX_set_security_level(ctx, security_level);
  const bool configured = SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
                          SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
                          SSL_CTX_set_ciphersuites(ctx, tls13_ciphers) == 1 &&
                          SSL_CTX_set_cipher_list(ctx, tls12_ciphers) == 1 &&
                          SSL_CTX_set1_groups_list(ctx, groups) == 1;
  if (!configured) return fail(ErrorKind::tls, "this OpenSSL lacks a cipher or group: " + openssl_reason());
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (role == Role::server) SSL_CTX_set_options(ctx, SSL_OP_SERVER_PREFERENCE);
  // Without NO_AUTO_CHAIN OpenSSL builds and verifies our own chain anew in every handshake.
  SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_early_data(ctx, 0);
  SSL_CTX_set_recv_max_early_data(ctx, 0);
  SSL_CTX_set_num_tickets(ctx, 1);
  // Sessions are kept by callbacks only. A server's context needs the mode even where it has none: OpenSSL
  // asks the context of the Site whether a TLS 1.2 session gets an id.
  SSL_CTX_set_session_cache_mode(ctx, (role == Role::server ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_CLIENT) |
                                          SSL_SESS_CACHE_NO_INTERNAL);
  return context;
}

}  // namespace edge::tls
