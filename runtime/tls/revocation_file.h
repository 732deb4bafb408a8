// The layout of the revocation index's file, shared by what writes it (revocation_file.cpp) and what reads it
// (revocations.cpp). Integers are little-endian, as on the only architecture we are built for.
//
//   header | list table | sources | directory | entries
//
// Entries are sorted by their key. A key is the hash of issuer and serial, so keys are spread evenly: their
// first `directory_bits` choose a slot of the directory, which says where the slot's few entries begin and
// end.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "runtime/base/bytes.h"
#include "runtime/tls/crl.h"

namespace edge::tls {

inline constexpr std::array<char, 8> revocation_magic = {'e', 'd', 'g', 'e', 'r', 'i', 'd', 'x'};
inline constexpr std::uint32_t revocation_version = 1;

struct RevocationHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t directory_bits;
  std::uint64_t epoch;
  std::uint64_t file_size;
  std::uint64_t list_count;
  std::uint64_t sources_size;
  std::uint64_t entry_count;
  std::array<std::uint8_t, 32> sha256;  ///< of the file with these 32 octets zero
};
static_assert(sizeof(RevocationHeader) == 88);

struct RevocationListRow {
  IssuerId issuer;
  std::array<std::uint8_t, 32> sha256;
  std::int64_t this_update, next_update;
  std::array<std::uint8_t, 20> number;  ///< right-aligned; RFC 5280 section 5.2.3 allows no longer one
  std::uint32_t has_number;
  std::uint64_t source_offset;  ///< into the sources
  std::uint32_t source_size;
  std::uint32_t entry_count;
};
static_assert(sizeof(RevocationListRow) == 120);

/// The first 16 octets of SHA-256, as two big-endian numbers, so that comparing numbers compares octets.
struct RevocationHash {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const RevocationHash&) const = default;
};

struct RevocationRow {
  RevocationHash key;
  std::uint32_t date;  ///< seconds since 1970, good until 2106
  std::uint16_t list;  ///< index into the list table
  std::uint8_t reason;
  std::uint8_t reserved;
};
static_assert(sizeof(RevocationRow) == 24);

/// Serials are compared as unsigned numbers: CAs exist whose certificates lack the sign's 00 that their lists
/// have (T34).
RevocationHash revocation_hash(const IssuerId& issuer, BytesView serial);

/// Where each part begins.
struct RevocationLayout {
  std::uint64_t lists, sources, directory, entries, end;
};
RevocationLayout revocation_layout(const RevocationHeader& header);

/// Of the whole file; the header's own checksum counts as zero.
std::array<std::uint8_t, 32> revocation_checksum(BytesView file);

}  // namespace edge::tls
