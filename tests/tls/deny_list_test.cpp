// The deny-list: its file, and whom it meets.
#include "runtime/tls/deny_list.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace edge;
using namespace edge::tls;

namespace {

RevocationKey some_key() {
  RevocationKey key{.serial = {0x00, 0x93}};
  key.sha256.fill(1);
  key.spki.fill(2);
  key.issuer_name.fill(3);
  return key;
}

}  // namespace

TEST_CASE("a line that is no denial refuses the file: passing it over would let a client in") {
  const std::string digest(64, 'A');
  const std::string lines[] = {"nonsense",
                               "sha256 " + digest,
                               "sha256 AA 1",
                               "sha1 " + digest + " 1",
                               "serial 05 1",
                               "sha256 " + std::string(64, 'G') + " 1",
                               "serial 05 " + std::string(30, 'A') + " 1"};
  for (const std::string& line : lines) {
    const auto list = DenyList::parse("# fine\n" + line + "\n", "denied");
    REQUIRE_FALSE(list);
    CHECK(list.error().message.starts_with("denied: line 2 is no denial"));
  }
}

TEST_CASE("a folder in the file's place is refused in words, and no file is an empty list") {
  const auto folder = DenyList::read(std::filesystem::temp_directory_path().string());
  REQUIRE_FALSE(folder);
  CHECK(folder.error().message.ends_with("is a folder, not a file"));
  CHECK(DenyList::read("/nowhere/denied"));
}

TEST_CASE("certificates are met by fingerprint, by key, and by issuer and serial") {
  const RevocationKey key = some_key();
  for (const Denial& denial :
       {Denial{.by = Denial::By::sha256, .value = Bytes(32, 1), .note = {}},
        Denial{.by = Denial::By::spki, .value = Bytes(32, 2), .note = {}},
        Denial{.by = Denial::By::serial, .value = {0x93}, .issuer = key.issuer_name, .note = {}}}) {
    DenyList list;
    CHECK(list.find(key) == nullptr);
    list.add(denial);
    REQUIRE(list.find(key) != nullptr);
    const auto again = DenyList::parse(list.text(), "denied").value();
    CHECK(again.find(key) != nullptr);
    CHECK(list.remove(denial));
    CHECK_FALSE(list.remove(denial));
    CHECK(list.find(key) == nullptr);
  }
}

TEST_CASE("a serial of another issuer, and a digest of another kind, meet nobody") {
  const RevocationKey key = some_key();
  DenyList list;
  list.add({.by = Denial::By::serial, .value = {0x93}, .issuer = {}, .note = {}});
  list.add({.by = Denial::By::spki, .value = Bytes(32, 1), .note = {}});
  list.add({.by = Denial::By::sha256, .value = Bytes(32, 2), .note = {}});
  CHECK(list.find(key) == nullptr);
}

TEST_CASE("a note and a date are kept, and a denial is there once") {
  DenyList list;
  list.add({.by = Denial::By::sha256, .value = Bytes(32, 1), .since = 5, .note = "first"});
  list.add({.by = Denial::By::sha256, .value = Bytes(32, 1), .since = 6, .note = "a laptop lost"});
  const auto again = DenyList::parse(list.text(), "denied").value();
  REQUIRE(again.denials().size() == 1);
  CHECK(again.denials()[0].since == 6);
  CHECK(again.denials()[0].note == "a laptop lost");
}

TEST_CASE("hexadecimal is read with colons and an odd digit") {
  CHECK(octets_of_hex("0A:b1") == Bytes{0x0A, 0xB1});
  CHECK(octets_of_hex("abc") == Bytes{0x0A, 0xBC});
  CHECK_FALSE(octets_of_hex("0x05"));
}
