// URLs in four parts, and the addresses that are not public.
#include "runtime/server/list_url.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>

#include "runtime/base/option_values.h"
#include "runtime/http/header_list.h"

namespace edge::server {
namespace {

using boost::asio::ip::make_network_v4;

bool is_public(const boost::asio::ip::address_v4& address) {
  // https://www.iana.org/assignments/iana-ipv4-special-registry
  static constexpr const char* special[] = {
      "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
      "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
      "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
  return std::ranges::none_of(special, [&](const char* text) {
    const auto network = make_network_v4(text);
    return (address.to_uint() & network.netmask().to_uint()) == network.network().to_uint();
  });
}

bool is_public(const boost::asio::ip::address_v6& address) {
  if (address.is_v4_mapped())
    return is_public(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address));
  const auto bytes = address.to_bytes();
  // Global unicast is 2000::/3; in it, tunnels carry IPv4 addresses of any kind.
  const bool is_global = (bytes[0] & 0xe0) == 0x20;
  const bool is_teredo = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0;
  const bool is_6to4 = bytes[0] == 0x20 && bytes[1] == 0x02;
  const bool is_documentation = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
  return is_global && !is_teredo && !is_6to4 && !is_documentation;
}

}  // namespace

std::optional<ListUrl> parse_list_url(std::string_view url) {
  constexpr std::size_t url_bytes_max = 2048;
  const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
  if (url.size() > url_bytes_max || !std::ranges::all_of(url, printable)) return std::nullopt;
  if (!option_values::is_url(url) || !option_values::check_source(url)) return std::nullopt;
  ListUrl parsed;
  parsed.scheme = url.substr(0, url.find(':'));
  parsed.port = parsed.scheme == "https" ? 443 : 80;
  url.remove_prefix(parsed.scheme.size() + 3);
  const auto path = std::min(url.find_first_of("/?#"), url.size());
  parsed.authority = url.substr(0, path);
  parsed.target = url.substr(path, url.find('#', path) - path);
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, "/");
  std::string_view host = parsed.authority;
  const auto colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) {
    parsed.port = static_cast<std::uint16_t>(std::stoi(std::string(host.substr(colon + 1))));
    host = host.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  parsed.host = host;
  std::ranges::transform(parsed.host, parsed.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return parsed;
}

bool is_among(const std::vector<std::string>& hosts, std::string_view host) {
  return std::ranges::any_of(hosts, [&](const auto& one) { return http::equal_ignoring_case(one, host); });
}

bool is_public_address(const std::string& address) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(address, failed);
  if (failed) return false;
  return parsed.is_v4() ? is_public(parsed.to_v4()) : is_public(parsed.to_v6());
}

}  // namespace edge::server
