// The layout of the index's file.
#include "runtime/tls/revocation_file.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

using namespace edge;
using namespace edge::tls;

namespace {

/// Keys as a file may have them: the same in every run, and no two alike.
RevocationSeed seed_of(std::uint64_t which) {
  std::mt19937_64 random(which);
  RevocationSeed seed;
  for (std::uint64_t& word : seed) word = random();
  return seed;
}

std::uint64_t fingerprint_of(std::uint64_t serial, const RevocationSeed& seed) {
  Bytes octets{1};  // not negative, and minimal
  for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(serial >> shift));
  return revocation_hash(seed, {}, octets).fingerprint;
}

}  // namespace

TEST_CASE("numbers of the file lie where their types want them, in cache lines of their own") {
  RevocationHeader header{};
  header.lists_size = 13;
  header.filter_blocks = 3;
  CHECK(filter_offset(header) % 64 == 0);
  CHECK(filter_offset(header) >= sizeof header + 13);
  CHECK(slots_offset(header) == filter_offset(header) + 3 * 64);
}

TEST_CASE("keys are spread over all slots, in their order") {
  CHECK(ideal_slot(0, 1'000'000) == 0);
  CHECK(ideal_slot(1ull << 63, 1'000'000) == 500'000);
  CHECK(ideal_slot(~0ull, 1'000'000) == 999'999);
  CHECK(ideal_slot(~0ull, 1) == 0);
}

TEST_CASE("T35: the hash is of issuer and serial together, and of the file's seed") {
  const RevocationSeed seed = seed_of(1), other_seed = seed_of(2);
  NameId one{}, two{};
  two[7] = 1;
  const Bytes five = {5}, six = {6}, zero_five = {0, 5}, five_zero = {5, 0};
  const RevocationHash hash = revocation_hash(seed, one, five);
  CHECK(revocation_hash(seed, one, five) == hash);
  CHECK(revocation_hash(seed, two, five) != hash);
  CHECK(revocation_hash(seed, one, six) != hash);
  CHECK(revocation_hash(seed, one, zero_five).fingerprint != hash.fingerprint);
  CHECK(revocation_hash(seed, one, five_zero).fingerprint != hash.fingerprint);
  CHECK(revocation_hash(other_seed, one, five).fingerprint != hash.fingerprint);
}

TEST_CASE("T34: every octet of a serial counts, as does its size") {
  const RevocationSeed seed = seed_of(1);
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size <= 21; ++size) {
    Bytes serial(size);
    CHECK(seen.insert(revocation_hash(seed, {}, serial).fingerprint).second);
    for (std::uint8_t& octet : serial) {
      octet = 0x80;
      CHECK(seen.insert(revocation_hash(seed, {}, serial).fingerprint).second);
      octet = 0;
    }
  }
  Bytes too_long(22), cut(21);
  CHECK(revocation_hash(seed, {}, too_long).fingerprint == revocation_hash(seed, {}, cut).fingerprint);
}

TEST_CASE("a serial's last octet is kept beside its fingerprint") {
  CHECK(revocation_hash({}, {}, Bytes{1, 2, 6}).tail == 6);
  CHECK(revocation_hash({}, {}, Bytes{7}).tail == 7);
  CHECK(revocation_hash({}, {}, {}).tail == 0);
}

TEST_CASE("a filter's block never denies what was added, and denies most of the rest") {
  const RevocationSeed seed = seed_of(1);
  FilterBlock block{};
  CHECK_FALSE(block.may_have(fingerprint_of(0, seed)));
  for (std::uint64_t i = 0; i < 42; ++i) block.add(fingerprint_of(i, seed));
  for (std::uint64_t i = 0; i < 42; ++i) CHECK(block.may_have(fingerprint_of(i, seed)));
  int taken_for_added = 0;
  for (std::uint64_t i = 42; i < 255; ++i) taken_for_added += block.may_have(fingerprint_of(i, seed));
  CHECK(taken_for_added < 10);
}

TEST_CASE("serials that are counted up crowd nowhere, whatever the seed") {
  constexpr std::uint64_t added = 1000, blocks = added * filter_bits_each / 512 + 1;
  for (std::uint64_t which = 1; which <= 500; ++which) {
    const RevocationSeed seed = seed_of(which);
    std::vector<FilterBlock> filter(blocks);
    const auto block_of = [&](std::uint64_t fingerprint) -> FilterBlock& {
      return filter[ideal_slot(fingerprint, blocks)];
    };
    for (std::uint64_t i = 0; i < added; ++i) block_of(fingerprint_of(i, seed)).add(fingerprint_of(i, seed));
    int taken_for_added = 0;
    for (std::uint64_t i = added; i < 2 * added; ++i)
      taken_for_added += block_of(fingerprint_of(i, seed)).may_have(fingerprint_of(i, seed));
    // Four are to be expected and twelve are the most; sums that are not mixed bring 43 for one of these.
    CHECK(taken_for_added < 25);
  }
}
