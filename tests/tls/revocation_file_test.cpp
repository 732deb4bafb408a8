// The layout of the index's file.
#include "runtime/tls/revocation_file.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::tls;

TEST_CASE("numbers of the file lie where their types want them, in cache lines of their own") {
  RevocationHeader header{};
  header.lists_size = 13;
  CHECK(slots_offset(header) % 64 == 0);
  CHECK(slots_offset(header) >= sizeof header + 13);
}

TEST_CASE("keys are spread over all slots, in their order") {
  CHECK(ideal_slot({0, 0}, 1'000'000) == 0);
  CHECK(ideal_slot({1ull << 63, 0}, 1'000'000) == 500'000);
  CHECK(ideal_slot({~0ull, ~0ull}, 1'000'000) == 999'999);
  CHECK(ideal_slot({~0ull, ~0ull}, 1) == 0);
}

TEST_CASE("T35: the hash is of issuer and serial together") {
  NameId one{}, two{};
  two[15] = 1;
  const Bytes five = {5}, six = {6};
  CHECK(revocation_hash(one, five) == revocation_hash(one, five));
  CHECK(revocation_hash(one, five) != revocation_hash(two, five));
  CHECK(revocation_hash(one, five) != revocation_hash(one, six));
}
