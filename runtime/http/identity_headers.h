// Headers that tell an origin who the client is: removed from what clients send, added to what we forward.
#pragma once

#include "runtime/base/config.h"
#include "runtime/http/header_list.h"
#include "runtime/tls/peer.h"

namespace edge::http {

/// True for every header that could be taken for a statement of ours about the client, in any spelling that a
/// backend may fold into it: case, "_" or any other sign for "-", white space (T20). Cf-Client-Cert-*,
/// Cf-Cert-*, Cf-Access-*, Client-Cert, Client-Cert-Chain, X-Cert-*, X-SSL-*, SSL-Client-*, X-Forwarded-*,
/// CF-Connecting-IP, CF-Ray and what other proxies use; the list is in identity_headers.cpp.
[[nodiscard]] bool claims_identity(std::string_view header_name);

/// Removes hop-by-hop headers (those that Connection nominates too, T21) and every header that claims an
/// identity.
void strip_request_headers(HeaderList& headers);

/// Adds the headers of `preset`: Cloudflare's client_certificate_forwarding, its managed transform, RFC 9440.
/// Headers of the same names that were there are replaced, or removed where the client gives no value.
void add_identity_headers(HeaderList& headers, ForwardPreset preset, const tls::Peer& peer);

}  // namespace edge::http
