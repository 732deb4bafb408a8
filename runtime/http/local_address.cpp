// Addresses that a script's URL must not lead to.
#include "runtime/http/local_address.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <optional>
#include <span>

namespace edge::http {

namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Block {
  std::uint32_t address;
  int bits;
};
// RFC 6890, and the metadata services that are not link-local.
constexpr Block blocks[] = {
    {0x00000000, 8},   // "this network": Linux takes it for itself
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local, metadata of most clouds
    {0xe0000000, 3},   // multicast, reserved, broadcast
    {0x646464c8, 32},  // 100.100.100.200: Alibaba Cloud's metadata
    {0xc00000c0, 32},  // 192.0.0.192: Oracle Cloud's metadata
    {0xa83f8110, 32},  // 168.63.129.16: Azure's platform
};

bool is_local(const address_v4& address) {
  return std::ranges::any_of(blocks, [bits = address.to_uint()](const Block& block) {
    return (bits ^ block.address) >> (32 - block.bits) == 0;
  });
}

address_v4 v4_at(const address_v6::bytes_type& bytes, std::size_t at) {
  return address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

/// The IPv4 address that an IPv6 one stands for: mapped, compatible, NAT64 (RFC 6052), 6to4 (RFC 3056).
std::optional<address_v4> embedded_in(const address_v6& address) {
  const auto bytes = address.to_bytes();
  constexpr std::array<unsigned char, 12> nat64{0x00, 0x64, 0xff, 0x9b};
  constexpr std::array<unsigned char, 10> zeros{};
  const bool mapped = std::ranges::equal(zeros, std::span(bytes).first<10>()) &&
                      ((bytes[10] == 0xff && bytes[11] == 0xff) || (bytes[10] == 0 && bytes[11] == 0));
  if (mapped || std::ranges::equal(nat64, std::span(bytes).first<12>())) return v4_at(bytes, 12);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return v4_at(bytes, 2);
  return std::nullopt;
}

}  // namespace

bool is_local(const boost::asio::ip::address& address) {
  if (address.is_v4()) return is_local(address.to_v4());
  const address_v6 v6 = address.to_v6();
  static const auto amazon_metadata = boost::asio::ip::make_address_v6("fd00:ec2::254").to_bytes();
  if (v6.is_loopback() || v6.is_unspecified() || v6.is_link_local() || v6.is_multicast()) return true;
  if (v6.to_bytes() == amazon_metadata) return true;
  const auto inside = embedded_in(v6);
  return inside && is_local(*inside);
}

}  // namespace edge::http
