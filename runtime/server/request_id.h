// Names one request in logs, in error pages and for the origin: 16 hexadecimal digits, as Cloudflare's Ray
// ID.
#pragma once

#include <string>

namespace edge::server {

/// Unique in the process and, by its random start, very likely among all processes. No secret.
std::string next_request_id();

}  // namespace edge::server
