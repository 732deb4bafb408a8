// The secrets of session tickets that machines share, read from files.
#pragma once

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/tls/tickets.h"

namespace edge::server {

/// Octets of a file that is a secret.
inline constexpr std::size_t ticket_secret_bytes_min = 32, ticket_secret_bytes_max = 4096;

/// The contents of Config::ticket_secret's files, as they are, in their order; none where it has none. Fails,
/// naming the file and the remedy, for one that cannot be read, that others may read or change, that has
/// fewer than 32 octets or more than 4096, that is no secret (all its octets are of a few values), or that is
/// named twice.
Result<tls::TicketSecrets> load_ticket_secrets(const Config& config);

}  // namespace edge::server
