// The revocation index: what it says of a certificate, and files that it does not accept.
#include "runtime/tls/revocations.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "tests/tls/index.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::pki;

namespace {

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

TEST_CASE("T59: of many serials each is found, and no other is") {
  const auto serial = [](std::uint32_t i) {
    return Bytes{1, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                 static_cast<std::uint8_t>(i)};
  };
  constexpr std::uint32_t count = 20'000;
  std::vector<Bytes> odd;
  for (std::uint32_t i = 1; i < count; i += 2) odd.push_back(serial(i));
  const Index index({list(1, odd), list(2, {}, "b.crl")});
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    wrong += index.state(1, serial(i)) != (i % 2 == 1 ? State::revoked : State::good);
    wrong += index.state(2, serial(i)) != State::good;
  }
  CHECK(wrong == 0);
}

TEST_CASE("T35: a serial revoked by another issuer does not count") {
  const Index index({list(1, {{5}}), list(2, {}, "b.crl")});
  CHECK(index.state(1, {5}) == State::revoked);
  CHECK(index.state(2, {5}) == State::good);
}

TEST_CASE("T34: a certificate that lacks its serial's sign octet is met, and -1 is not 255") {
  const Index index({list(1, {{0x00, 0x93, 0x6E}, {0x81}, {0x00}})});
  CHECK(index.state(1, {0x93, 0x6E}) == State::revoked);
  CHECK(index.state(1, {0x00, 0x93, 0x6E}) == State::revoked);
  CHECK(index.state(1, {0x81}) == State::revoked);
  CHECK(index.state(1, {0x00, 0x81}) == State::good);
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
  CHECK(index.look_up(3, {5}) == Verdict{.state = State::unknown, .why = Verdict::Why::missing});
  CHECK(Revocations::none()->look_up(key(1, {5}), start).state == State::unknown);
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

TEST_CASE("a chain is as bad as its worst certificate") {
  const Index index({list(1, {{5}}), list(2, {{9}}, "b.crl")});
  const auto chain = [&](std::vector<RevocationKey> keys) {
    return index.index->judge(keys, {}, start + day);
  };
  CHECK(chain({key(1, {6}), key(2, {8})}).state == State::good);
  CHECK(chain({key(1, {6}), key(2, {8})}).list == "a.crl");
  CHECK(chain({key(1, {6}), key(3, {8})}).state == State::unknown);
  CHECK(chain({key(3, {6}), key(2, {8})}).state == State::unknown);
  CHECK(chain({key(1, {6}), key(2, {9})}).state == State::revoked);
  CHECK(chain({key(1, {6}), key(2, {9})}).list == "b.crl");
  CHECK(chain({key(3, {6}), key(2, {9})}).state == State::revoked);
  CHECK(chain({key(1, {5}), key(2, {9})}).list == "a.crl");
  CHECK(chain({}).state == State::unknown);
}

TEST_CASE("a site without lists asks only the deny-list") {
  const Index index({list(1, {{5}})});
  CHECK(index.index->judge(std::vector{key(1, {5})}, {.has_lists = false}, start) == Verdict{});
  auto denied = std::make_shared<DenyList>();
  auto client = key(1, {7});
  client.sha256.fill(3);
  denied->add({.by = Denial::By::sha256, .value = Bytes(32, 3), .since = start});
  const auto stricter = index.index->with(denied, nullptr, 9);
  CHECK(stricter->epoch() == 9);
  CHECK(stricter->judge(std::vector{key(1, {7})}, {}, start + day).state == State::good);
  const auto verdict = stricter->judge(std::vector{client}, {.has_lists = false}, start);
  CHECK(verdict.state == State::revoked);
  CHECK(verdict.list == "deny-list");
  CHECK_FALSE(verdict.admits());
}

TEST_CASE("crl_missing and crl_stale: what a site puts up with is unknown still, and admitted") {
  using Kind = Tolerance::Kind;
  const Index index({list(1, {{5}})});
  const auto judged = [&](std::uint8_t which, std::uint8_t serial, const ListPolicy& policy,
                          std::int64_t now) {
    return index.index->judge(std::vector{key(which, {serial})}, policy, now);
  };
  const std::int64_t late = start + 10 * day + 3600;
  const Tolerance allow{.kind = Kind::allow}, two_hours{.kind = Kind::grace, .grace = std::chrono::hours(2)};
  CHECK_FALSE(judged(1, 6, {}, late).admits());
  CHECK_FALSE(judged(1, 6, {.missing = allow}, late).admits());
  CHECK(judged(1, 6, {.stale = allow}, late).admits());
  CHECK(judged(1, 6, {.stale = allow}, late).state == State::unknown);
  CHECK(judged(1, 6, {.stale = two_hours}, late).admits());
  CHECK_FALSE(judged(1, 6, {.stale = two_hours}, late + 3600).admits());
  CHECK_FALSE(judged(3, 6, {.stale = allow}, start).admits());
  CHECK(judged(3, 6, {.missing = allow}, start).admits());
  // The server of this index began to wait in 1970, if ever.
  CHECK_FALSE(judged(3, 6, {.missing = two_hours}, start).admits());
  // What a stale list revokes stays revoked, whatever is allowed.
  CHECK_FALSE(judged(1, 5, {.missing = allow, .stale = allow}, late).admits());
}

TEST_CASE("T63: a clock that is set back adds nothing to the grace for missing lists") {
  const pki::TemporaryFolder folder;
  const std::string path = folder.file("index");
  REQUIRE(Revocations::write(path, 1, std::vector<Crl>{}, start));
  const auto index = Revocations::open(path).value();
  const ListPolicy policy{.missing = {.kind = Tolerance::Kind::grace, .grace = std::chrono::hours(1)}};
  const auto admits = [&](std::int64_t now) {
    return index->judge(std::vector{key(1, {5})}, policy, now).admits();
  };
  CHECK(admits(start));
  CHECK(admits(start - 60));
  CHECK(admits(start + 3599));
  CHECK_FALSE(admits(start + 3600));
  CHECK_FALSE(admits(start - 3600));
  CHECK_FALSE(admits(start - 365 * day));
  CHECK_FALSE(admits(start + 365 * day));
}

TEST_CASE("a list of a signer that is revoked itself vouches for nobody") {
  auto signed_by_revoked = list(1, {{5}});
  signed_by_revoked.signer_keys = {key(2, {9})};
  const Index index({signed_by_revoked, list(2, {{9}}, "root.crl")});
  CHECK(index.state(1, {6}) == State::unknown);
  CHECK(index.state(1, {5}) == State::revoked);
}

TEST_CASE("an open index outlives its replacement, and the replacement has the new epoch") {
  const Index index({list(1, {{5}})}, 7);
  REQUIRE(Revocations::write(index.path, 8, std::vector{list(1, {{6}})}));
  CHECK(index.index->epoch() == 7);
  CHECK(index.state(1, {5}) == State::revoked);
  const auto next = Revocations::open(index.path).value();
  CHECK(next->epoch() == 8);
  CHECK(next->look_up(key(1, {5}), start + day).state == State::good);
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
  const auto one = pki::leaf(ca, {.serial = Bytes{0x00, 0x93}}), two = pki::leaf(ca);
  const auto lists =
      parse_crls(make_crl(ca, {.serials = {{0x00, 0x93}}}).value(), "ca.crl", pki::list_of(ca), pki::now())
          .value();
  const Index index(lists);
  const auto of = [&](const Identity& leaf) {
    return index.index->look_up(
        revocation_key_of(leaf.certificate.get(), ca.certificate.get(), ca.certificate.get()), pki::now());
  };
  CHECK(of(one).state == State::revoked);
  CHECK(of(two).state == State::good);
}
