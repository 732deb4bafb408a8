// Addresses that a script's URL must not lead to: this machine's own, and those that only its network segment
// has.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace edge::http {

/// Loopback, unspecified and link-local addresses, and those where clouds tell a machine its secrets; also
/// inside the IPv6 addresses that stand for IPv4 ones.
bool is_local(const boost::asio::ip::address& address);

}  // namespace edge::http
