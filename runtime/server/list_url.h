// Addresses of revocation lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::server {

struct ListUrl {
  std::string scheme, host;  ///< "http" or "https"; an IPv6 address without brackets
  std::uint16_t port = 80;
  std::string target;  ///< path and query
  std::string authority;
};

/// Nothing for what is no http or https URL: "ldap:" above all.
std::optional<ListUrl> parse_list_url(std::string_view url);

/// Whether `host` is one of `hosts`; case does not matter (RFC 4343).
bool is_among(const std::vector<std::string>& hosts, std::string_view host);

/// Whether lists may be fetched from an address: none that only this machine or its network reaches, where a
/// certificate could send us to (T60).
bool is_public_address(const std::string& address);

}  // namespace edge::server
