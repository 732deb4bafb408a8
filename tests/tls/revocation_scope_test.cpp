// What a list speaks for: partitions, reasons, indirect lists, and the compared forms of names.
#include "runtime/tls/revocation_scope.h"

#include "tests/tls/index.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::pki;

TEST_CASE("T58: a partition speaks for its part only, and revokes wherever it names a certificate") {
  auto users = list(1, {{5}}, "users.crl"), some = list(2, {{5}}, "some.crl");
  users.scope.only_users = true;
  some.scope.reasons = 1 << 1;
  const Index index({users, some});
  auto authority = key(1, {6});
  authority.is_authority = true;
  CHECK(index.state(1, {6}) == State::good);
  const auto verdict = index.index->look_up(authority, start + day);
  CHECK(verdict.state == State::unknown);
  CHECK(verdict.why == Verdict::Why::not_covered);
  CHECK(index.state(2, {6}) == State::unknown);
  CHECK(index.state(2, {5}) == State::revoked);
}

TEST_CASE("T58: lists of all reasons together speak for a certificate") {
  auto some = list(1, {}, "some.crl"), others = list(1, {}, "others.crl");
  some.scope.reasons = 1 << 1;
  others.scope.reasons = all_reasons & ~(1 << 1);
  const Index index({some, others});
  CHECK(index.state(1, {6}) == State::good);
  CHECK(index.state(1, {6}, start + 20 * day) == State::unknown);
}

TEST_CASE("a list of a distribution point speaks for the certificates that name the point") {
  auto part = list(1, {{5}});
  NameId point{}, other{};
  point.fill(40);
  other.fill(41);
  part.scope.names = {point};
  const Index index({part});
  auto client = key(1, {6});
  CHECK(index.index->look_up(client, start + day).why == Verdict::Why::not_covered);
  client.points = {{.names = {other}, .crl_issuers = {}}};
  CHECK(index.index->look_up(client, start + day).why == Verdict::Why::not_covered);
  client.points = {{.names = {other, point}, .crl_issuers = {}}};
  CHECK(index.index->look_up(client, start + day).state == State::good);
}

TEST_CASE("an indirect list revokes for the issuers that trust it, and for no other") {
  auto indirect = list(9, {});
  indirect.scope.is_indirect = true;
  indirect.by.anchor = issuer(7);
  indirect.other_issuers = {key(1, {}).issuer_name};
  RevokedEntry entry;
  entry.serial.assign(Bytes{5});
  entry.issuer = 1;
  indirect.entries.push_back(entry);
  const Index index({indirect});
  auto revoked = key(1, {5}), good = key(1, {6});
  CHECK(index.index->look_up(revoked, start + day).state == State::unknown);
  for (RevocationKey* one : {&revoked, &good}) {
    one->points = {{.names = {}, .crl_issuers = {indirect.by.name}}};
    CHECK(index.index->look_up(*one, start + day).state == State::unknown);
    one->anchor = issuer(7);
  }
  CHECK(index.index->look_up(revoked, start + day).state == State::revoked);
  CHECK(index.index->look_up(good, start + day).state == State::good);
}

TEST_CASE("names are compared without case and superfluous blanks, and not without order") {
  using Parts = std::vector<Attribute>;
  const auto id = [](const Parts& parts) { return name_id_of(name_of(parts).get()); };
  const auto ours = id({{"O", "Example Org"}, {"CN", "ca"}});
  CHECK(ours == id({{"O", "  EXAMPLE   org "}, {"CN", "CA"}}));
  CHECK(ours == id({{"O", "Example Org", V_ASN1_PRINTABLESTRING}, {"CN", "ca", V_ASN1_PRINTABLESTRING}}));
  CHECK(ours != id({{"CN", "ca"}, {"O", "Example Org"}}));
  CHECK(ours != id({{"O", "ExampleOrg"}, {"CN", "ca"}}));
  CHECK(ours != id({{"OU", "Example Org"}, {"CN", "ca"}}));
}

TEST_CASE("keys that were written are read as they were, and half of them not at all") {
  RevocationKey one = key(1, {0, 0x80});
  one.is_authority = true;
  one.points = {{.names = {NameId{1}, NameId{2}}, .crl_issuers = {NameId{3}}, .reasons = 6}};
  const std::vector keys{one, key(2, {5})};
  const Bytes bytes = encode_keys(keys);
  CHECK(decode_keys(bytes) == keys);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_keys(BytesView(bytes).first(size)));
}
