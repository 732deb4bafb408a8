// The layout of the revocation index's file, shared by what writes it (revocation_file.cpp) and what reads it
// (revocations.cpp). Integers are little-endian, as on the only architecture we are built for.
//
//   header | lists | filter | slots
//
// A Bloom filter of 12 bits for each entry, small enough for a processor's cache, answers for most
// certificates that no list names: its bits of one certificate share a cache line. Behind it slots are a hash
// table whose contents are sorted: a fingerprint says where it would stand if all were spread evenly, and it
// stands there or a few slots later, with what is known of the certificate. Four slots share a cache line.
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
inline constexpr std::uint32_t revocation_version = 5;

/// Secret keys of a file's fingerprints, which are new in every file: five of 128 bits, low halves first.
using RevocationSeed = std::array<std::uint64_t, 10>;

struct RevocationHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t epoch;
  std::uint64_t file_size;
  std::int64_t started;
  std::uint64_t lists_size;
  std::uint64_t entry_count;
  std::uint64_t filter_blocks;  ///< at least one
  std::uint64_t spread;         ///< slots that keys are spread over
  std::uint64_t slot_count;     ///< and those behind them for who found no place
  RevocationSeed seed;
  std::array<std::uint8_t, 32> head_sha256;   ///< of header and lists, itself being zero
  std::array<std::uint8_t, 32> slots_sha256;  ///< of filter and slots
};
static_assert(sizeof(RevocationHeader) == 224);

/// What a certificate is found by. That another certificate has the same is a matter of chance alone. The
/// fingerprint is a strongly universal hash: of any two pairs of issuer and serial, whoever chose them
/// without the seed, at most one seed in 2^63 makes them collide. Nobody can choose better, as the seed is
/// known to this server only and no answer tells fingerprints. The tail is compared as well, and an entry
/// counts only for certificates that its list may revoke, so a CA that made serials collide would revoke its
/// own certificates.
struct RevocationHash {
  std::uint64_t fingerprint = 0;  ///< of issuer and serial; never 0, which is an empty slot
  std::uint8_t tail = 0;          ///< the serial's last octet, as it is
  auto operator<=>(const RevocationHash&) const = default;
};

/// A certificate that a list names.
struct RevocationSlot {
  std::uint64_t fingerprint;  ///< 0: the slot is empty
  std::uint32_t date;         ///< seconds since 1970, good until 2106
  std::uint16_t list;         ///< index into the lists
  std::uint8_t reason;
  std::uint8_t tail;
};
static_assert(sizeof(RevocationSlot) == 16);

/// `serial` is minimal DER content.
RevocationHash revocation_hash(const RevocationSeed& seed, const NameId& issuer, BytesView serial);

/// Where a fingerprint would stand among `spread` slots.
inline std::uint64_t ideal_slot(std::uint64_t fingerprint, std::uint64_t spread) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{fingerprint} * spread >> 64);
}

/// The filter's bits of certificates whose fingerprints begin alike: a cache line.
struct FilterBlock {
  std::array<std::uint64_t, 8> words;
  /// The fingerprint's low bits say which bits of its block are set: six of 512.
  static constexpr int bits_each = 6;
  void add(std::uint64_t fingerprint) {
    for (int i = 0; i < bits_each; ++i, fingerprint >>= 9)
      words[fingerprint >> 6 & 7] |= 1ull << (fingerprint & 63);
  }
  /// False: never added.
  [[nodiscard]] bool may_have(std::uint64_t fingerprint) const {
    std::uint64_t all = 1;
    for (int i = 0; i < bits_each; ++i, fingerprint >>= 9)
      all &= words[fingerprint >> 6 & 7] >> (fingerprint & 63);
    return all != 0;
  }
};
static_assert(sizeof(FilterBlock) == 64);
constexpr std::uint64_t filter_bits_each = 12;

/// Where the filter begins, at a cache line's beginning, and where the slots do behind it.
std::uint64_t filter_offset(const RevocationHeader& header);
inline std::uint64_t slots_offset(const RevocationHeader& header) {
  return filter_offset(header) + header.filter_blocks * sizeof(FilterBlock);
}
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
