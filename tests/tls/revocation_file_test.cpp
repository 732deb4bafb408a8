// The layout of the index's file.
#include "runtime/tls/revocation_file.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::tls;

TEST_CASE("a million entries take less than 40 MB") {
  RevocationHeader header{};
  header.directory_bits = 17;
  header.list_count = 100;
  header.sources_size = 100 * 200;
  header.entry_count = 1'000'000;
  CHECK(revocation_layout(header).end < 40'000'000);
}

TEST_CASE("numbers of the file lie where their types want them") {
  RevocationHeader header{};
  header.list_count = 3;
  header.sources_size = 13;
  header.directory_bits = 5;
  const auto layout = revocation_layout(header);
  CHECK(layout.directory % 8 == 0);
  CHECK(layout.entries % 8 == 0);
  CHECK(layout.directory >= layout.sources + 13);
}

TEST_CASE("T35: the hash is of issuer and serial together") {
  IssuerId one{}, two{};
  two[31] = 1;
  const Bytes five = {5}, six = {6};
  CHECK(revocation_hash(one, five) == revocation_hash(one, five));
  CHECK(revocation_hash(one, five) != revocation_hash(two, five));
  CHECK(revocation_hash(one, five) != revocation_hash(one, six));
}

TEST_CASE("T34: leading 00 octets of a serial do not change its hash") {
  const Bytes plain = {0x93, 0x6E}, signed_form = {0x00, 0x93, 0x6E};
  CHECK(revocation_hash({}, plain) == revocation_hash({}, signed_form));
}
