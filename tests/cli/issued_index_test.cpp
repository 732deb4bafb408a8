// The index of issued certificates, as `openssl ca` writes it.
#include "runtime/cli/issued_index.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::cli;

TEST_CASE("issued index: a line that cannot be read is refused with its number") {
  for (const char* line : {"nonsense", "V\t270101000000Z\t\t05\tunknown",
                           "X\t270101000000Z\t\t05\tunknown\t/CN=a", "V\tnever\t\t05\tunknown\t/CN=a",
                           "V\t270101000000Z\t\tzz\tunknown\t/CN=a", "R\t270101000000Z\t\t05\tunknown\t/CN=a",
                           "R\t270101000000Z\t261101000000Z,because\t05\tunknown\t/CN=a",
                           "V\t270101000000Z\t261101000000Z\t05\tunknown\t/CN=a"}) {
    CAPTURE(line);
    const auto index = IssuedIndex::parse(
        "V\t270101000000Z\t\t01\tunknown\t/CN=x\n" + std::string(line) + "\n", "index.txt");
    REQUIRE_FALSE(index);
    CHECK(index.error().message.starts_with("index.txt:2: "));
  }
}

TEST_CASE("issued index: what is written reads the same, dates beyond 2049 too") {
  IssuedIndex index;
  index.add({.serial = {0x05}, .subject = "/O=Example/CN=a", .not_after = 1'800'000'000});
  index.add({.serial = {0x00, 0x93},
             .subject = "/CN=b",
             .not_after = 4'000'000'000,
             .is_revoked = true,
             .revoked_at = 1'790'000'000,
             .reason = 2});
  const auto read = IssuedIndex::parse(index.text(), "index.txt").value();
  CHECK(read.text() == index.text());
  REQUIRE(read.lines().size() == 2);
  CHECK(read.lines()[1].not_after == 4'000'000'000);
  CHECK(read.lines()[1].revoked_at == 1'790'000'000);
  CHECK(read.lines()[1].reason == 2);
}

TEST_CASE("T34: a serial is found whatever zeros lead it, and openssl's names of reasons are known") {
  auto index =
      IssuedIndex::parse("R\t270101000000Z\t261101000000Z,CACompromise\t936E\tunknown\t/CN=a\n", "x").value();
  REQUIRE(index.find(Bytes{0x93, 0x6e}) != nullptr);
  CHECK(index.find(Bytes{0x00, 0x93, 0x6e})->serial == Bytes{0x00, 0x93, 0x6e});
  CHECK(index.find(Bytes{0x93, 0x6e})->reason == 2);
  CHECK(index.find(Bytes{0x93}) == nullptr);
}
