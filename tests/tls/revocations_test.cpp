// The revocation index: what it says of a certificate, and files that it does not accept.
#include "runtime/tls/revocations.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;
using State = Verdict::State;

namespace {

constexpr std::int64_t day = 24 * 3600;
constexpr std::int64_t start = 1'750'000'000;

IssuerId issuer(std::uint8_t which) {
  IssuerId id{};
  id.fill(which);
  return id;
}

Crl list(std::uint8_t which, const std::vector<Bytes>& serials, const std::string& source = "a.crl") {
  Crl made;
  made.source = source;
  made.issuer = issuer(which);
  made.this_update = start;
  made.next_update = start + 10 * day;
  for (const Bytes& serial : serials) {
    RevokedEntry entry;
    entry.serial.assign(serial);
    entry.date = start - day;
    entry.reason = 1;
    made.entries.push_back(entry);
  }
  return made;
}

struct Index {
  pki::TemporaryFolder folder;
  std::string path = folder.file("revocations.idx");
  std::shared_ptr<const Revocations> index;

  explicit Index(const std::vector<Crl>& lists, std::uint64_t epoch = 1) {
    REQUIRE(Revocations::write(path, epoch, lists));
    index = Revocations::open(path).value();
  }
  [[nodiscard]] Verdict look_up(std::uint8_t which, Bytes serial, std::int64_t now = start + day) const {
    return index->look_up({issuer(which), std::move(serial)}, now);
  }
  [[nodiscard]] State state(std::uint8_t which, Bytes serial, std::int64_t now = start + day) const {
    return look_up(which, std::move(serial), now).state;
  }
};

Bytes contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void overwrite(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("a file with any octet changed, missing or added is refused") {
  const Index index({list(1, {{5}, {6}})});
  const Bytes good = contents(index.path);
  const std::string path = index.folder.file("damaged.idx");
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x10;
    overwrite(path, bad);
    CHECK_FALSE(Revocations::open(path));
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{50}, std::size_t{88}, good.size() - 1}) {
    overwrite(path, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK_FALSE(Revocations::open(path));
  }
  Bytes longer = good;
  longer.push_back(0);
  overwrite(path, longer);
  CHECK_FALSE(Revocations::open(path));
  CHECK(Revocations::open(index.folder.file("absent")).error().kind == ErrorKind::io);
}

TEST_CASE("a folder that is not there is an error, and leaves nothing behind") {
  const pki::TemporaryFolder folder;
  CHECK_FALSE(Revocations::write(folder.file("absent/revocations.idx"), 1, {}));
  CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("a listed serial is revoked, with reason, dates and list") {
  const Index index({list(1, {{5}, {0x00, 0x93, 0x6E}})});
  const auto verdict = index.look_up(1, {0x00, 0x93, 0x6E});
  CHECK(verdict == Verdict{.state = State::revoked,
                           .reason = 1,
                           .revoked_at = start - day,
                           .list = "a.crl",
                           .this_update = start,
                           .next_update = start + 10 * day});
  CHECK(index.state(1, {6}) == State::good);
  CHECK(index.look_up(1, {6}).list == "a.crl");
  CHECK(index.index->entries() == 2);
}

TEST_CASE("T35: a serial revoked by another issuer does not count") {
  const Index index({list(1, {{5}}), list(2, {}, "b.crl")});
  CHECK(index.state(1, {5}) == State::revoked);
  CHECK(index.state(2, {5}) == State::good);
}

TEST_CASE("T34: a serial matches however its sign octet was spelled") {
  const Index index({list(1, {{0x00, 0x93, 0x6E}, {0x81}, {0x00}})});
  CHECK(index.state(1, {0x93, 0x6E}) == State::revoked);
  CHECK(index.state(1, {0x00, 0x93, 0x6E}) == State::revoked);
  CHECK(index.state(1, {0x00, 0x81}) == State::revoked);
  CHECK(index.state(1, {0x00}) == State::revoked);
  CHECK(index.state(1, {0x6E}) == State::good);
}

TEST_CASE("T51: a stale list still revokes, and knows nothing of the others") {
  const Index index({list(1, {{5}})});
  const std::int64_t late = start + 20 * day;
  CHECK(index.state(1, {5}, late) == State::revoked);
  const auto verdict = index.look_up(1, {6}, late);
  CHECK(verdict.state == State::unknown);
  CHECK(verdict.next_update == start + 10 * day);
}

TEST_CASE("T52: a list without nextUpdate is current for a week, and one of the future not yet") {
  auto endless = list(1, {});
  endless.next_update = 0;
  const Index index({endless});
  CHECK(index.state(1, {6}, start + 6 * day) == State::good);
  CHECK(index.state(1, {6}, start + 8 * day) == State::unknown);
  CHECK(index.state(1, {6}, start - day) == State::unknown);
}

TEST_CASE("an issuer without a list is unknown, and so is everything in an index of none") {
  const Index index({list(1, {{5}})});
  CHECK(index.look_up(3, {5}) == Verdict{.state = State::unknown});
  CHECK(Revocations::none()->look_up({issuer(1), {5}}, start).state == State::unknown);
  CHECK(Revocations::none()->epoch() == 0);
  CHECK(Revocations::none()->entries() == 0);
}

TEST_CASE("lists of one issuer merge: any revokes, and one current list suffices") {
  auto stale = list(1, {{5}}, "old.crl");
  stale.this_update -= 30 * day;
  stale.next_update -= 30 * day;
  const Index index({stale, list(1, {{6}}, "new.crl")});
  CHECK(index.look_up(1, {5}).list == "old.crl");
  CHECK(index.state(1, {5}) == State::revoked);
  CHECK(index.state(1, {6}) == State::revoked);
  CHECK(index.look_up(1, {7}).list == "new.crl");
  CHECK(index.state(1, {7}) == State::good);
}

TEST_CASE("a certificate that two lists name is held once, with the newer list's words") {
  auto older = list(1, {{5}}, "old.crl");
  older.this_update -= day;
  const Index index({older, list(1, {{5}}, "new.crl")});
  CHECK(index.index->entries() == 1);
  CHECK(index.look_up(1, {5}).list == "new.crl");
}

TEST_CASE("T57: a list with a lower CRLNumber than the one in force is refused, and the index stays") {
  auto seven = list(1, {{5}}), six = list(1, {}), plain = list(1, {});
  seven.number = {7};
  six.number = {6};
  const Index index({seven}, 3);
  const auto refused = Revocations::write(index.path, 4, std::vector{six});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.starts_with("a.crl: its CRLNumber 0x06 is older than 0x07"));
  CHECK(Revocations::open(index.path).value()->epoch() == 3);
  CHECK(Revocations::write(index.path, 4, std::vector{seven}).has_value());
  auto longer = list(1, {});
  longer.number = {0x01, 0x00};
  CHECK(Revocations::write(index.path, 5, std::vector{longer}).has_value());
  CHECK_FALSE(Revocations::write(index.path, 6, std::vector{seven}));
}

TEST_CASE(
    "T57: several lists of one file are compared by their highest number, other files and issuers not at "
    "all") {
  auto six = list(1, {}), seven = list(1, {}), other_file = list(1, {}, "b.crl"), other_issuer = list(2, {});
  six.number = {6};
  seven.number = {7};
  other_file.number = other_issuer.number = {1};
  const Index index({six, seven});
  CHECK(Revocations::write(index.path, 2, std::vector{six, seven, other_file, other_issuer}).has_value());
  CHECK_FALSE(Revocations::write(index.path, 3, std::vector{six}));
}

TEST_CASE("a chain is as bad as its worst certificate; the leaf decides between good and unknown") {
  const Index index({list(1, {{5}}), list(2, {{9}}, "b.crl")});
  const auto chain = [&](std::vector<RevocationKey> keys) {
    return index.index->look_up_chain(keys, start + day);
  };
  CHECK(chain({{issuer(1), {6}}, {issuer(2), {8}}}).state == State::good);
  CHECK(chain({{issuer(1), {6}}, {issuer(3), {8}}}).state == State::good);
  CHECK(chain({{issuer(3), {6}}, {issuer(2), {8}}}).state == State::unknown);
  CHECK(chain({{issuer(1), {6}}, {issuer(2), {9}}}).state == State::revoked);
  CHECK(chain({{issuer(1), {6}}, {issuer(2), {9}}}).list == "b.crl");
  CHECK(chain({{issuer(3), {6}}, {issuer(2), {9}}}).state == State::revoked);
  CHECK(chain({{issuer(1), {5}}, {issuer(2), {9}}}).list == "a.crl");
  CHECK(chain({}).state == State::unknown);
}

TEST_CASE("an open index outlives its replacement, and the replacement has the new epoch") {
  const Index index({list(1, {{5}})}, 7);
  REQUIRE(Revocations::write(index.path, 8, std::vector{list(1, {{6}})}));
  CHECK(index.index->epoch() == 7);
  CHECK(index.state(1, {5}) == State::revoked);
  const auto next = Revocations::open(index.path).value();
  CHECK(next->epoch() == 8);
  CHECK(next->look_up({issuer(1), {5}}, start + day).state == State::good);
  CHECK(std::distance(std::filesystem::directory_iterator(index.folder.path), {}) == 1);
}

TEST_CASE("the lists of an index are told as they were given") {
  auto numbered = list(1, {{5}});
  numbered.number = {0x01, 0x2C};
  numbered.sha256.fill(9);
  const Index index({numbered, list(2, {}, "b.crl")});
  const auto lists = index.index->lists();
  REQUIRE(lists.size() == 2);
  CHECK(lists[0].number == numbered.number);
  CHECK(lists[0].sha256 == numbered.sha256);
  CHECK(lists[0].entries == 1);
  CHECK(lists[1].source == "b.crl");
  CHECK(lists[1].number.empty());
}

TEST_CASE("every one of many entries is found, and no other") {
  std::vector<Bytes> serials;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    serials.push_back({0x40, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                       static_cast<std::uint8_t>(i)});
  }
  const Index index({list(1, serials)});
  CHECK(index.index->entries() == serials.size());
  std::size_t found = 0, strangers = 0;
  for (Bytes serial : serials) {
    found += index.state(1, serial) == State::revoked ? 1 : 0;
    serial[0] = 0x41;
    strangers += index.state(1, serial) == State::revoked ? 1 : 0;
  }
  CHECK(found == serials.size());
  CHECK(strangers == 0);
}

TEST_CASE("a list of a CA revokes the certificates of its chain") {
  const auto ca = pki::root("ca");
  const auto lists =
      parse_crls(make_crl(ca, {.serials = {{0x00, 0x93}}}).value(), "ca.crl", pki::list_of(ca), pki::now())
          .value();
  pki::TemporaryFolder folder;
  REQUIRE(Revocations::write(folder.file("x"), 1, lists));
  const auto index = Revocations::open(folder.file("x")).value();
  CHECK(index->look_up({issuer_id_of(ca.certificate.get()), {0x00, 0x93}}, pki::now()).state ==
        State::revoked);
  CHECK(index->look_up({issuer_id_of(ca.certificate.get()), {0x05}}, pki::now()).state == State::good);
}
