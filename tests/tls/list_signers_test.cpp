// Deltas, merged into the lists that they change.
#include "runtime/tls/crl.h"

#include "tests/tls/index.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::pki;

TEST_CASE("T54: a delta adds and lifts what its complete list says") {
  auto complete = list(1, {{5}, {6}}), delta = list(1, {{7}, {6}}, "delta.crl");
  complete.number = {3};
  delta.number = {4};
  delta.base = Bytes{3};
  delta.this_update += 5 * day;
  delta.next_update += 5 * day;
  delta.entries[1].reason = 8;
  std::vector lists{complete, delta};
  merge_deltas(lists);
  REQUIRE(lists.size() == 1);
  const Index index(lists);
  const std::int64_t now = start + 12 * day;
  CHECK(index.state(1, {5}, now) == State::revoked);
  CHECK(index.state(1, {6}, now) == State::good);
  CHECK(index.state(1, {7}, now) == State::revoked);
}

TEST_CASE("a delta of a later complete list than ours revokes, and makes nobody good") {
  auto complete = list(1, {}), delta = list(1, {{7}}, "delta.crl");
  complete.number = {3};
  complete.next_update = start + day / 2;
  delta.number = {6};
  delta.base = Bytes{5};
  std::vector lists{complete, delta};
  merge_deltas(lists);
  const Index index(lists);
  CHECK(index.state(1, {7}) == State::revoked);
  CHECK(index.state(1, {6}) == State::unknown);
}

TEST_CASE("a delta that is older than the complete list says nothing") {
  auto complete = list(1, {}), delta = list(1, {{7}}, "delta.crl");
  complete.number = {6};
  delta.number = {5};
  delta.base = Bytes{3};
  std::vector lists{complete, delta};
  merge_deltas(lists);
  CHECK(Index(lists).state(1, {7}) == State::good);
}
