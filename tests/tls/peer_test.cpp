// A Peer's goodness, and what a new verdict changes.
#include "runtime/tls/peer.h"

#include <doctest/doctest.h>

using namespace edge::tls;

namespace {

Peer verified_peer() {
  Peer peer;
  peer.id = next_peer_id();
  peer.client.edit().auth.presented = "1";
  peer.client.edit().auth.verified = "SUCCESS";
  return peer;
}

}  // namespace

TEST_CASE("peer: without a certificate, or with one that failed, it is not good") {
  Peer peer;
  CHECK_FALSE(peer.good());
  peer.client.edit().auth.verified = "FAILED:certificate has expired";
  CHECK_FALSE(peer.good());
}

TEST_CASE("peer: unknown is not good, and revoked is not") {
  Peer peer = verified_peer();
  CHECK(peer.good());
  peer.verdict.state = Verdict::State::unknown;
  CHECK_FALSE(peer.good());
  peer.verdict.state = Verdict::State::revoked;
  CHECK_FALSE(peer.good());
  peer.verdict.state = Verdict::State::good;
  CHECK(peer.good());
}

TEST_CASE("peer: a revoked certificate stays verified, under a new id") {
  const Peer peer = verified_peer();
  const auto revoked = with_verdict(peer, {.state = Verdict::State::revoked, .reason = 1});
  CHECK(revoked->client->auth.verified == "SUCCESS");
  CHECK(revoked->client->auth.revoked == "1");
  CHECK(revoked->id != peer.id);
  const auto restored = with_verdict(*revoked, {.state = Verdict::State::good});
  CHECK(restored->client->auth.revoked == "0");
  CHECK(restored->id != revoked->id);
}
