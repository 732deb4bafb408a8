// The layout of the index's file.
#include "runtime/tls/revocation_file.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::tls;

TEST_CASE("numbers of the file lie where their types want them, in cache lines of their own") {
  RevocationHeader header{};
  header.lists_size = 13;
  header.filter_blocks = 3;
  header.slot_count = 5;
  CHECK(filter_offset(header) % 64 == 0);
  CHECK(filter_offset(header) >= sizeof header + 13);
  CHECK(slots_offset(header) == filter_offset(header) + 3 * 64);
  CHECK(entries_offset(header) == slots_offset(header) + 5 * 8);
}

TEST_CASE("keys are spread over all slots, in their order") {
  CHECK(ideal_slot(0, 1'000'000) == 0);
  CHECK(ideal_slot(1ull << 63, 1'000'000) == 500'000);
  CHECK(ideal_slot(~0ull, 1'000'000) == 999'999);
  CHECK(ideal_slot(~0ull, 1) == 0);
}

TEST_CASE("T35: the hash is of issuer and serial together, and of the file's seed") {
  const RevocationSeed seed{1}, other_seed{2};
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

TEST_CASE("a serial's last octets are kept beside its fingerprint") {
  const Bytes long_serial = {1, 2, 3, 4, 5, 6};
  CHECK(revocation_hash({}, {}, long_serial).tail == 0x03040506);
  CHECK(revocation_hash({}, {}, Bytes{7}).tail == 7);
  CHECK(revocation_hash({}, {}, {}).tail == 0);
}

TEST_CASE("a filter's block never denies what was added, and denies most of the rest") {
  const auto fingerprint = [](std::uint8_t i) { return revocation_hash({}, {}, Bytes{i}).fingerprint; };
  FilterBlock block{};
  CHECK_FALSE(block.may_have(fingerprint(0)));
  for (std::uint8_t i = 0; i < 42; ++i) block.add(fingerprint(i));
  for (std::uint8_t i = 0; i < 42; ++i) CHECK(block.may_have(fingerprint(i)));
  int taken_for_added = 0;
  for (std::uint8_t i = 42; i < 255; ++i) taken_for_added += block.may_have(fingerprint(i));
  CHECK(taken_for_added < 10);
}
