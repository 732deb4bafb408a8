// The layout of the revocation index's file, shared by what writes it (revocation_file.cpp) and what reads it
// (revocations.cpp). Integers are little-endian, as on the only architecture we are built for.
//
//   header | lists | slots
//
// The slots are a hash table whose entries are sorted: a key is a hash, so it says where it would stand if
// all were spread evenly, and it stands there or a few slots later. A look-up touches one or two cache lines.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "runtime/base/bytes.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/revocations.h"

namespace edge::tls {

inline constexpr std::array<char, 8> revocation_magic = {'e', 'd', 'g', 'e', 'r', 'i', 'd', 'x'};
inline constexpr std::uint32_t revocation_version = 2;

struct RevocationHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t epoch;
  std::uint64_t file_size;
  std::int64_t started;
  std::uint64_t lists_size;
  std::uint64_t entry_count;
  std::uint64_t spread;                       ///< slots that keys are spread over
  std::uint64_t slot_count;                   ///< and those behind them for who found no place
  std::array<std::uint8_t, 32> head_sha256;   ///< of header and lists, itself being zero
  std::array<std::uint8_t, 32> slots_sha256;  ///< of the slots
};
static_assert(sizeof(RevocationHeader) == 136);

/// The first 16 octets of SHA-256, as two big-endian numbers, so that comparing numbers compares octets.
struct RevocationHash {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const RevocationHash&) const = default;
};

struct RevocationSlot {
  RevocationHash key;
  std::uint32_t date;  ///< seconds since 1970, good until 2106
  std::uint16_t list;  ///< index into the lists
  std::uint8_t reason;
  std::uint8_t is_taken;
};
static_assert(sizeof(RevocationSlot) == 24);

/// `serial` is minimal DER content.
RevocationHash revocation_hash(const NameId& issuer, BytesView serial);

/// Where a key would stand among `spread` slots.
inline std::uint64_t ideal_slot(const RevocationHash& key, std::uint64_t spread) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{key.high} * spread >> 64);
}

std::uint64_t slots_offset(const RevocationHeader& header);
std::array<std::uint8_t, 32> head_checksum(BytesView file, const RevocationHeader& header);
std::array<std::uint8_t, 32> slots_checksum(BytesView file, const RevocationHeader& header);

/// A list of the file, with the keys of its signer's chain.
struct WrittenList {
  RevocationList list;
  std::vector<RevocationKey> signer_keys;
};
Bytes encode_lists(std::span<const Crl> lists);
std::optional<std::vector<WrittenList>> decode_lists(BytesView bytes);

}  // namespace edge::tls
