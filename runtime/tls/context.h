// The TLS policy that every context of ours follows: versions, ciphers, groups, security level.
#pragma once

#include <cstdint>

#include "runtime/base/error.h"
#include "runtime/tls/openssl.h"

namespace edge::tls {

enum class Role : std::uint8_t { server, client };

/// TLS 1.2 and 1.3 with forward secrecy and AEAD ciphers only; no renegotiation, no early data.
Result<SslContextPtr> make_context(Role role);

}  // namespace edge::tls
