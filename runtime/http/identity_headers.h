// Headers that tell an origin who the client is: removed from what clients send. http/forwarding adds ours.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/http/header_list.h"

namespace edge::http {

/// The one spelling of all that a backend may take for the same name: lower case, "-" for every character but
/// letters and digits, no blanks around it (T20).
std::string folded_name(std::string_view header_name);

/// The names that the operator gave to headers of his own, of all sites, folded.
std::vector<std::string> configured_claims(const Config& config);

/// True for every header that could be taken for a statement of ours about the client, in any spelling that a
/// backend may fold into it (T20): those of every preset, whether or not it is in use, and what other proxies
/// use (the list is in identity_headers.cpp), and those of `configured`, which are folded.
[[nodiscard]] bool claims_identity(std::string_view header_name,
                                   std::span<const std::string> configured = {});

/// Removes hop-by-hop headers (those that Connection nominates too, T21) and every header that claims an
/// identity.
void strip_request_headers(HeaderList& headers, std::span<const std::string> configured = {});

}  // namespace edge::http
